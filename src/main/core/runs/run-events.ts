import type { RunId } from '../../../shared/domain/ids.ts'
import { RunEvent } from '../../../shared/domain/run.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { rowOf } from '../database/row-ids.ts'

/** Numbers follow on those that are stored. */
export function appendEvents(
  tx: WritableDb,
  runId: RunId,
  events: readonly { readonly atMs: number; readonly event: RunEvent['event'] }[],
): void {
  const row = rowOf(runId)
  const last = tx
    .prepare<{ seq: number | null }>('SELECT max(seq) AS seq FROM run_event WHERE run_id = ?')
    .get(row)?.seq
  const insert = tx.prepare('INSERT INTO run_event (run_id, seq, at_ms, event) VALUES (?, ?, ?, ?)')
  events.forEach(({ atMs, event }, index) => insert.run(row, (last ?? 0) + index + 1, atMs, JSON.stringify(event)))
}

/** At most `limit` events after a number, in order. */
export function readEvents(
  db: ReadableDb,
  runId: RunId,
  { afterSeq, limit }: { readonly afterSeq: number; readonly limit: number },
): RunEvent[] {
  return db
    .prepare<{ seq: number; at_ms: number; event: string }>(
      'SELECT seq, at_ms, event FROM run_event WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
    )
    .all(rowOf(runId), afterSeq, limit)
    .map(({ seq, at_ms: atMs, event }) => RunEvent.parse({ seq, atMs, event: JSON.parse(event) as unknown }))
}

/** Steps that a run may keep: more than a screen has columns. A run of days would store hundreds of thousands. */
const keptStepsMax = 2_000

/** Leaves every second step out where a run has very many; its other events stay. The newest event keeps its number. */
export function thinSteps(tx: WritableDb, runId: RunId): void {
  const row = rowOf(runId)
  const isStep = "run_id = ? AND event ->> 'kind' = 'step'"
  const count = tx.prepare<{ count: number }>(`SELECT count(*) AS count FROM run_event WHERE ${isStep}`).get(row)?.count
  if ((count ?? 0) <= keptStepsMax) return
  tx.prepare(
    `DELETE FROM run_event
     WHERE run_id = ? AND seq < (SELECT max(seq) FROM run_event WHERE run_id = ?) AND seq IN (
       SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM run_event WHERE ${isStep})
       WHERE place % 2 = 0)`,
  ).run(row, row, row)
}
