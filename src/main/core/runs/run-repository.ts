import type { DatasetId, RunId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { Run, RunEvent } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { datasetIdOf, modelIdOf, rowOf, runIdOf } from '../database/row-ids.ts'

interface RunRow {
  readonly id: number
  readonly dataset_id: number
  readonly recipe: string
  readonly state: string
  readonly created_at_ms: number
  readonly started_at_ms: number | null
  readonly ended_at_ms: number | null
  readonly device: string | null
  readonly result: string | null
  readonly model_id: number | null
  readonly accuracy: number | null
}

/** What is stored as JSON is parsed by its schema right after. */
function jsonOf(text: string): unknown {
  return JSON.parse(text)
}

function runOfRow(row: RunRow): Run {
  return Run.parse({
    id: runIdOf(row.id),
    datasetId: datasetIdOf(row.dataset_id),
    recipe: jsonOf(row.recipe),
    state: row.state,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    device: row.device,
    result: row.result === null ? null : jsonOf(row.result),
    modelId: row.model_id === null ? null : modelIdOf(row.model_id),
    accuracy: row.accuracy,
  })
}

/** Errors: not-found. */
export function getRun(db: ReadableDb, runId: RunId): Run {
  const row = db.prepare<RunRow>('SELECT * FROM run WHERE id = ?').get(rowOf(runId))
  if (row === undefined) throw new AppError('not-found', `The project has no ${runId}.`)
  return runOfRow(row)
}

/** Newest first. */
export function listRuns(db: ReadableDb): Run[] {
  return db.prepare<RunRow>('SELECT * FROM run ORDER BY id DESC').all().map(runOfRow)
}

/** Those that a process should be working on, oldest first. */
export function listLiveRuns(db: ReadableDb): Run[] {
  return db
    .prepare<RunRow>("SELECT * FROM run WHERE state IN ('queued', 'running', 'stopping') ORDER BY id")
    .all()
    .map(runOfRow)
}

export interface NewRun {
  readonly datasetId: DatasetId
  readonly recipe: Recipe
  readonly createdAtMs: number
}

export function insertRun(tx: WritableDb, { datasetId, recipe, createdAtMs }: NewRun): RunId {
  const { lastInsertRowid } = tx
    .prepare("INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (?, ?, 'queued', ?)")
    .run(rowOf(datasetId), JSON.stringify(recipe), createdAtMs)
  return runIdOf(Number(lastInsertRowid))
}

/** Stores all that may change of a run. */
export function updateRun(tx: WritableDb, run: Run): void {
  tx.prepare(
    `UPDATE run SET state = ?, started_at_ms = ?, ended_at_ms = ?, device = ?, result = ?, model_id = ?, accuracy = ?
     WHERE id = ?`,
  ).run(
    run.state,
    run.startedAtMs,
    run.endedAtMs,
    run.device,
    run.result === null ? null : JSON.stringify(run.result),
    run.modelId === null ? null : rowOf(run.modelId),
    run.accuracy,
    rowOf(run.id),
  )
}

/** The model of a run has the run's number. */
export function insertModel(tx: WritableDb, runId: RunId, createdAtMs: number): void {
  const row = rowOf(runId)
  tx.prepare('INSERT INTO model (id, run_id, created_at_ms) VALUES (?, ?, ?)').run(row, row, createdAtMs)
}

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
    .map(({ seq, at_ms: atMs, event }) => RunEvent.parse({ seq, atMs, event: jsonOf(event) }))
}
