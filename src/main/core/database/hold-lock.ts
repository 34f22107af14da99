import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { appErrorOf } from './sqlite-error.ts'

/** A lock that is held; the operating system lets go of it when the process ends, however it ends. */
export interface HeldLock {
  release(): void
}

/**
 * Takes a lock on a file, or answers null while another process, or another place in this one, holds it. The file is an
 * empty SQLite database with an exclusive transaction: the one lock that works alike on every system and cannot be left
 * behind by a crash. Nothing else may open the file.
 */
export function holdLock(file: string): HeldLock | null {
  mkdirSync(dirname(file), { recursive: true })
  let connection: Database.Database | undefined
  try {
    connection = new Database(file, { timeout: 0 })
    connection.exec('BEGIN EXCLUSIVE')
  } catch (thrown) {
    connection?.close()
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY')) return null
    throw appErrorOf(thrown, file)
  }
  const held = connection
  return { release: () => void held.close() }
}
