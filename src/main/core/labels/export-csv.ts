import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { hasErrorCode } from '../database/error-code.ts'
import type { ReadableDb } from '../database/handles.ts'
import { syncFolder } from '../database/sync-folder.ts'
import { toCsvCell } from './csv-cell.ts'

export interface CsvTarget {
  readonly file: string
  readonly overwrite: boolean
}

interface PathRow {
  readonly path: string
  readonly name: string | null
}

/**
 * Writes one `path,class` line per labelled image, in the order of the paths. It appears whole or not at all. Errors:
 * conflict where the file exists, no-permission, disk-full.
 */
export function exportCsv(db: ReadableDb, target: CsvTarget): { file: string; lines: number } {
  const file = resolve(target.file)
  const lines = labelledPaths(db)
  const text = stringify(
    lines.map(({ path, name }) => [toCsvCell(path), toCsvCell(name ?? '')]),
    // The parser splits at a lone carriage return too.
    { header: true, columns: ['path', 'class'], quoted_match: /[\r\n]|^\s|\s$/ },
  )
  write(file, text, target.overwrite)
  return { file, lines: lines.length }
}

/** One line per path: of several images, the one that is there now, or else the latest that was. */
function labelledPaths(db: ReadableDb): PathRow[] {
  const rows = db.prepare<PathRow>(
    `SELECT path, (SELECT name FROM class WHERE class.id = class_id) AS name
     FROM image ORDER BY path, state = 'missing', id DESC`,
  )
  const lines: PathRow[] = []
  let before: string | null = null
  for (const row of rows.iterate()) {
    if (row.path !== before && row.name !== null) lines.push(row)
    before = row.path
  }
  return lines
}

function write(file: string, text: string, overwrite: boolean): void {
  const temporary = `${file}.${process.pid}.new`
  try {
    const descriptor = openSync(temporary, 'wx')
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (overwrite) renameSync(temporary, file)
    else linkSync(temporary, file)
    syncFolder(dirname(file))
  } catch (thrown) {
    throw errorOf(thrown, file)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function errorOf(thrown: unknown, file: string): unknown {
  if (hasErrorCode(thrown, 'EEXIST')) {
    return new AppError('conflict', said`${file} exists. Choose another name, or say that it may be overwritten.`)
  }
  if (hasErrorCode(thrown, 'ENOSPC')) return new AppError('disk-full', said`The disk is full: ${file} was not written.`)
  if (hasErrorCode(thrown, 'EACCES', 'EPERM', 'EROFS')) {
    return new AppError('no-permission', said`${file} may not be written.`, { cause: thrown })
  }
  if (hasErrorCode(thrown, 'ENOENT', 'ENOTDIR')) {
    return new AppError('not-found', said`There is no folder ${dirname(file)}.`, { cause: thrown })
  }
  return thrown
}
