import Database from 'better-sqlite3'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { labelLoss } from '../catalog/probabilities.ts'
import { foldCase } from './fold-case.ts'
import { appErrorOf } from './sqlite-error.ts'

export type Connection = Database.Database

/** Earlier ones may damage a catalog when two connections write and checkpoint at once. */
const sqliteVersionNeeded = [3, 51, 3] as const

/** How long a connection waits for another one that writes. */
export const busyTimeoutMs = 5_000

const walSizeLimitBytes = 64 * 2 ** 20

/** Each pragma and what it must read back as; `fullfsync` matters on macOS and is ignored elsewhere. */
const pragmas = {
  synchronous: 2,
  fullfsync: 1,
  checkpoint_fullfsync: 1,
  foreign_keys: 1,
  trusted_schema: 0,
  cell_size_check: 1,
  journal_size_limit: walSizeLimitBytes,
} as const

/**
 * Opens a SQLite file with the durability that Athanor promises, and makes sure that it has it: what has been
 * committed is on disk. Errors: the codes of `appErrorOf`, and internal where SQLite is too old or a pragma is refused.
 */
export function openConnection(file: string, options: { readonly readOnly: boolean }): Connection {
  const connection = connect(file, options.readOnly)
  try {
    assertSqliteVersion(connection)
    for (const [name, value] of Object.entries(pragmas)) connection.pragma(`${name} = ${value}`)
    if (!options.readOnly) connection.pragma('journal_mode = WAL')
    assertPragmas(connection, file, options.readOnly)
    // SQLite's own lower() knows ASCII only.
    connection.function('fold_case', { deterministic: true }, (text: unknown) => foldCase(String(text)))
    connection.function('label_loss', { deterministic: true }, labelLoss)
  } catch (thrown) {
    connection.close()
    throw appErrorOf(thrown, file)
  }
  return connection
}

function connect(file: string, readOnly: boolean): Connection {
  try {
    return new Database(file, { readonly: readOnly, fileMustExist: readOnly, timeout: busyTimeoutMs })
  } catch (thrown) {
    throw appErrorOf(thrown, file)
  }
}

function assertSqliteVersion(connection: Connection): void {
  const version = String(connection.prepare('SELECT sqlite_version()').pluck().get())
  const parts = version.split('.').map(Number)
  for (const [at, needed] of sqliteVersionNeeded.entries()) {
    const part = parts[at] ?? 0
    if (part > needed) return
    if (part < needed) {
      throw new AppError('internal', said`SQLite ${version} is too old; ${sqliteVersionNeeded.join('.')} is needed`)
    }
  }
}

function assertPragmas(connection: Connection, file: string, readOnly: boolean): void {
  // A reader takes the journal as it is: that of a backup is not WAL.
  const expected = { ...pragmas, busy_timeout: busyTimeoutMs, ...(readOnly ? {} : { journal_mode: 'wal' }) }
  for (const [name, value] of Object.entries(expected)) {
    const actual = connection.pragma(name, { simple: true })
    if (actual !== value) {
      throw new AppError(
        'internal',
        said`${file}: SQLite has ${name} = ${String(actual)} instead of ${value}.
          Network drives often cannot hold a catalog: keep the project on a local disk with --project DIR.`,
      )
    }
  }
}
