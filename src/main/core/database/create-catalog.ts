import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { hasErrorCode } from './error-code.ts'
import { openConnection } from './connection.ts'
import { migrate, type Migration } from './migrate.ts'
import { syncFile, syncFolder } from './sync-folder.ts'

/** "ATHN": tells a catalog from any other SQLite file. */
export const catalogApplicationId = 0x4154484e

export interface CreateCatalogOptions {
  readonly migrations: readonly Migration[]
  readonly nowMs: number
}

/**
 * Makes an empty catalog under a temporary name and then gives it its own, so that a catalog that exists is never
 * half made, and an empty file is never one. Where another Athanor was faster, its catalog stays.
 */
export function createCatalog(file: string, options: CreateCatalogOptions): void {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new AppError(
      'catalog-damaged',
      said`${file} is gone, but ${file}-wal is there and may hold labels. Nothing was touched:
        put the catalog back beside it, or move the -wal file away to start anew.`,
    )
  }
  const temporary = `${file}.new-${randomUUID()}`
  try {
    fill(temporary, options)
    syncFile(temporary)
    giveName(temporary, file)
    syncFolder(dirname(file))
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${temporary}${suffix}`, { force: true })
  }
}

function fill(temporary: string, { migrations, nowMs }: CreateCatalogOptions): void {
  const connection = openConnection(temporary, { readOnly: false })
  try {
    connection.pragma(`application_id = ${catalogApplicationId}`)
    migrate(connection, migrations, temporary)
    connection.prepare('INSERT INTO project (singleton, id, created_at_ms) VALUES (1, ?, ?)').run(randomUUID(), nowMs)
  } finally {
    connection.close()
  }
}

/** A hard link never replaces what is there; drives that have none get the nearest thing. */
function giveName(temporary: string, file: string): void {
  try {
    linkSync(temporary, file)
  } catch (thrown) {
    if (hasErrorCode(thrown, 'EEXIST')) return
    if (!existsSync(file)) renameSync(temporary, file)
  }
}
