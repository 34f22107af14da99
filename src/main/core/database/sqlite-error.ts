import Database from 'better-sqlite3'
import { AppError, type AppErrorCode, isAppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'

/** Matched by prefix, the first that fits. */
const meanings: readonly (readonly [prefix: string, code: AppErrorCode, meaning: (file: string) => Said])[] = [
  [
    'SQLITE_FULL',
    'disk-full',
    (file) =>
      said`${file}: The disk is full. Nothing of this change was stored. Free some space and try again;
        there is no need to restart.`,
  ],
  [
    'SQLITE_BUSY',
    'conflict',
    (file) => said`${file}: Another Athanor is busy writing. Nothing of this change was stored; try again.`,
  ],
  [
    'SQLITE_READONLY',
    'no-permission',
    (file) => said`${file}: It may not be written to. Nothing of this change was stored.`,
  ],
  ['SQLITE_PERM', 'no-permission', (file) => said`${file}: It may not be opened.`],
  [
    'SQLITE_CANTOPEN',
    'no-permission',
    (file) => said`${file}: It cannot be opened. See whether the folder is there and may be written to.`,
  ],
  ['SQLITE_AUTH', 'no-permission', (file) => said`${file}: It may not be opened.`],
  ['SQLITE_NOTADB', 'catalog-damaged', (file) => said`${file}: It is not a database. It was left as it is.`],
  [
    'SQLITE_CORRUPT',
    'catalog-damaged',
    (file) => said`${file}: It is damaged. It was left as it is; copies lie in the folder "backups".`,
  ],
  [
    'SQLITE_IOERR',
    'internal',
    (file) => said`${file}: The disk failed to read or write it. See whether the disk is still connected.`,
  ],
]

/** What a failure of SQLite means to a person; anything else is passed on as it is. */
export function appErrorOf(thrown: unknown, file: string): unknown {
  if (isAppError(thrown) || !(thrown instanceof Database.SqliteError)) return thrown
  const found = meanings.find(([prefix]) => thrown.code.startsWith(prefix))
  if (found === undefined)
    return new AppError('internal', said`SQLite failed at ${file}: ${thrown.message}`, { cause: thrown })
  const [, code, meaning] = found
  return new AppError(code, meaning(file), { cause: thrown, data: { sqlite: thrown.code, file } })
}
