import type { ProjectPart } from '../../../shared/contract/project.ts'
import type { Connection } from './connection.ts'
import { afterCommit, type ReadableDb, type WritableDb, type Writer } from './handles.ts'

export interface CatalogChange {
  readonly what: readonly ProjectPart[]
  /** Null: too many to name, or not known. */
  readonly imageIds: readonly number[] | null
}

type Listener = (change: CatalogChange) => void

const listeners = new WeakMap<Connection, Set<Listener>>()

/**
 * Notes in the transaction that changes something what it changes. Those who watch the project in this process are told
 * once it is on disk; other processes see it by the revisions.
 */
export function noteChange(tx: WritableDb, change: CatalogChange): void {
  const raise = tx.prepare('UPDATE revision SET number = number + 1 WHERE part = ?')
  for (const part of change.what) raise.run(part)
  afterCommit(tx, (connection) => {
    for (const listener of listeners.get(connection) ?? []) listener(change)
  })
}

/** Calls `listener`, which must not throw, after each committed change of this process; answers how to leave. */
export function onChange({ connection }: Writer, listener: Listener): () => void {
  const known = listeners.get(connection) ?? new Set()
  listeners.set(connection, known.add(listener))
  return () => {
    known.delete(listener)
  }
}

/** How many rows this connection has changed so far: tells whether anything was done in between. */
export function totalChanges(tx: WritableDb): number {
  return tx.prepare<{ rows: number }>('SELECT total_changes() AS rows').get()?.rows ?? 0
}

/** How often each part of the project has changed, whoever did it. */
export function readRevisions(db: ReadableDb): ReadonlyMap<ProjectPart, number> {
  const rows = db.prepare<{ part: ProjectPart; number: number }>('SELECT part, number FROM revision').all()
  return new Map(rows.map(({ part, number }) => [part, number]))
}
