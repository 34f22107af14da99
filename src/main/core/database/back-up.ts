import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { type Connection, openConnection } from './connection.ts'
import { quickCheck } from './inspect-catalog.ts'
import { schemaVersionOf } from './migrate.ts'
import { appErrorOf } from './sqlite-error.ts'
import { syncFile, syncFolder } from './sync-folder.ts'

/** `upgrade` ones are kept for good, of the others the latest. */
export type BackupReason = 'upgrade' | 'regular'

const regularCountKept = 10

interface Backup {
  readonly file: string
  /** Rises by one; clocks may be turned, so the order of backups does not depend on them. */
  readonly number: number
  readonly reason: BackupReason
}

/**
 * Writes a checked copy of the catalog into `folder` and drops regular copies beyond the latest ten, never before the
 * new one has been checked. Answers its path. Errors: disk-full, no-permission, internal where the copy is not good.
 */
export function backUp(connection: Connection, folder: string, reason: BackupReason): string {
  mkdirSync(folder, { recursive: true })
  const number = Math.max(0, ...listBackups(folder).map((backup) => backup.number)) + 1
  const name = `catalog-${String(number).padStart(6, '0')}-format-${schemaVersionOf(connection)}-${reason}.sqlite`
  const file = join(folder, name)
  const temporary = `${file}.new`
  rmSync(temporary, { force: true })
  try {
    connection.prepare('VACUUM INTO ?').run(temporary)
    check(temporary, schemaVersionOf(connection))
    syncFile(temporary)
    renameSync(temporary, file)
    syncFolder(folder)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw appErrorOf(thrown, file)
  }
  for (const old of regularBackups(folder).slice(regularCountKept)) rmSync(old.file, { force: true })
  return file
}

export interface LatestBackup {
  readonly file: string
  readonly madeAtMs: number
}

/** The latest regular copy; null where there is none. */
export function latestBackup(folder: string): LatestBackup | null {
  const latest = existsSync(folder) ? regularBackups(folder)[0] : undefined
  return latest === undefined ? null : { file: latest.file, madeAtMs: statSync(latest.file).mtimeMs }
}

function check(file: string, version: number): void {
  const copy = openConnection(file, { readOnly: true })
  try {
    const problem = quickCheck(copy)
    if (problem !== null || schemaVersionOf(copy) !== version) {
      throw new AppError('internal', said`${file}: the copy of the catalog is not good: ${problem ?? 'wrong version'}`)
    }
  } finally {
    copy.close()
  }
}

function regularBackups(folder: string): Backup[] {
  return listBackups(folder)
    .filter((backup) => backup.reason === 'regular')
    .sort((a, b) => b.number - a.number)
}

function listBackups(folder: string): Backup[] {
  return readdirSync(folder).flatMap((name) => {
    const parts = /^catalog-(\d+)-format-\d+-(upgrade|regular)\.sqlite$/.exec(name)
    if (parts === null) return []
    return [
      { file: join(folder, name), number: Number(parts[1]), reason: parts[2] === 'upgrade' ? 'upgrade' : 'regular' },
    ]
  })
}
