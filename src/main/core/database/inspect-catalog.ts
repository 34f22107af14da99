import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import { type Connection, openConnection } from './connection.ts'
import { catalogApplicationId } from './create-catalog.ts'
import { schemaVersionOf } from './migrate.ts'

const headerLength = 100
const magic = 'SQLite format 3\0'
/** Where the header of a SQLite file keeps `user_version` and `application_id`: https://sqlite.org/fileformat.html */
const userVersionOffset = 60
const applicationIdOffset = 68

/**
 * Looks at a catalog without changing a byte of it and answers its schema version. Errors: catalog-newer,
 * catalog-damaged.
 */
export function inspectCatalog(file: string, versionKnown: number): number {
  // First without SQLite: its header is enough to refuse most files, and not even a -shm file appears beside them.
  const header = readHeader(file)
  if (header.toString('latin1', 0, magic.length) !== magic) throw damaged(file, said`it is not a database`)
  if (header.readUInt32BE(applicationIdOffset) !== catalogApplicationId) {
    throw damaged(file, said`it is a database, but not a catalog of Athanor`)
  }
  refuseNewer(file, header.readUInt32BE(userVersionOffset), versionKnown)
  const logIsThere = existsSync(`${file}-wal`)
  try {
    return inspectWithSqlite(file, versionKnown)
  } catch (thrown) {
    // Reading has put an empty log beside the file.
    if (!logIsThere) for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    throw thrown
  }
}

function inspectWithSqlite(file: string, versionKnown: number): number {
  const connection = openConnection(file, { readOnly: true })
  try {
    // What has been committed last may still be in the -wal file.
    const version = schemaVersionOf(connection)
    refuseNewer(file, version, versionKnown)
    const problem = quickCheck(connection)
    if (problem !== null) throw damaged(file, said`${problem}`)
    return version
  } finally {
    connection.close()
  }
}

/** Null where the structure of the file is sound. */
export function quickCheck(connection: Connection): string | null {
  const found = String(connection.prepare('PRAGMA quick_check(1)').pluck().get())
  return found === 'ok' ? null : found
}

function readHeader(file: string): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const header = Buffer.alloc(headerLength)
    readSync(descriptor, header, 0, headerLength, 0)
    return header
  } finally {
    closeSync(descriptor)
  }
}

function refuseNewer(file: string, version: number, versionKnown: number): void {
  if (version <= versionKnown) return
  throw new AppError(
    'catalog-newer',
    said`${file} was written by a newer Athanor (format ${version}, this one knows ${versionKnown}).
      It was left untouched: open it with the newer Athanor.`,
  )
}

function damaged(file: string, problem: Said): AppError {
  return new AppError(
    'catalog-damaged',
    said`${file} is damaged: ${problem}. It was left untouched. Copies of earlier times lie in the folder "backups"
      beside it: move the damaged file and any -wal and -shm beside it away and put a copy in its place.`,
  )
}
