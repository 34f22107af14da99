import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Connection } from './connection.ts'
import { appErrorOf } from './sqlite-error.ts'

declare const readable: unique symbol
declare const writable: unique symbol

/** A value that SQLite stores. Booleans are 0 and 1. */
export type SqlValue = string | number | null | Uint8Array

export interface Statement<Row> {
  /** The first row, if any. */
  get(...parameters: readonly SqlValue[]): Row | undefined
  all(...parameters: readonly SqlValue[]): Row[]
  iterate(...parameters: readonly SqlValue[]): IterableIterator<Row>
  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
}

/** What may be read from. Statements are prepared once per text and connection. */
export interface ReadableDb {
  readonly [readable]: true
  prepare<Row = unknown>(sql: string): Statement<Row>
}

/** What may be written to: only a transaction hands one out, so that nothing is written outside of one. */
export interface WritableDb extends ReadableDb {
  readonly [writable]: true
}

/** The one connection that writes. Its only use is `transaction(writer, ...)`. */
export interface Writer {
  readonly file: string
  readonly connection: Connection
}

export function readableDb(connection: Connection): ReadableDb {
  return handleOf(connection) as ReadableDb
}

/**
 * Runs `work` as one transaction that is on disk when this returns, or not at all when it throws. It takes the write
 * lock first, so that what it reads cannot change before it writes. Never catch inside: on a full disk SQLite has
 * rolled back already, and whatever follows would be stored on its own. Errors: disk-full, conflict, no-permission,
 * catalog-damaged.
 */
export function transaction<Result>(writer: Writer, work: (tx: WritableDb) => Result): Result {
  const { connection, file } = writer
  if (connection.inTransaction) throw new AppError('internal', said`${file}: transactions do not nest`)
  const tx = handleOf(connection) as WritableDb
  const toldAfter: (() => void)[] = []
  afterCommits.set(tx, { connection, works: toldAfter })
  let result: Result
  try {
    result = connection.transaction(() => work(tx)).immediate()
  } catch (thrown) {
    throw appErrorOf(thrown, file)
  } finally {
    afterCommits.delete(tx)
  }
  for (const tell of toldAfter) tell()
  return result
}

/** Does something once the transaction is on disk, and not at all where it fails. It must not throw. */
export function afterCommit(tx: WritableDb, work: (connection: Connection) => void): void {
  const open = afterCommits.get(tx)
  open?.works.push(() => {
    work(open.connection)
  })
}

const afterCommits = new WeakMap<WritableDb, { readonly connection: Connection; readonly works: (() => void)[] }>()

/** The brands exist for the compiler only, hence the assertions of the two functions above. */
const handles = new WeakMap<Connection, { prepare<Row>(sql: string): Statement<Row> }>()

function handleOf(connection: Connection): { prepare<Row>(sql: string): Statement<Row> } {
  const known = handles.get(connection)
  if (known !== undefined) return known
  const prepared = new Map<string, Statement<unknown>>()
  const handle = {
    prepare<Row>(sql: string): Statement<Row> {
      let statement = prepared.get(sql)
      if (statement === undefined) {
        statement = connection.prepare(sql) as Statement<unknown>
        prepared.set(sql, statement)
      }
      return statement as Statement<Row>
    },
  }
  handles.set(connection, handle)
  return handle
}
