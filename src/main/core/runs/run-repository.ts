import type { DatasetId, RunId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { Run } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
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
  readonly judged_count: number | null
  readonly note: string
  readonly is_starred: number
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
    judgedCount: row.judged_count,
    note: row.note,
    isStarred: row.is_starred === 1,
  })
}

/** Errors: not-found. */
export function getRun(db: ReadableDb, runId: RunId): Run {
  const row = db.prepare<RunRow>('SELECT * FROM run WHERE id = ?').get(rowOf(runId))
  if (row === undefined) throw new AppError('not-found', said`The project has no ${runId}.`)
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
  noteRuns(tx)
  return runIdOf(Number(lastInsertRowid))
}

/** Stores all that may change of a run while it is worked on. */
export function updateRun(tx: WritableDb, run: Run): void {
  tx.prepare(
    `UPDATE run SET state = ?, started_at_ms = ?, ended_at_ms = ?, device = ?, result = ?, model_id = ?, accuracy = ?,
       judged_count = ?
     WHERE id = ?`,
  ).run(
    run.state,
    run.startedAtMs,
    run.endedAtMs,
    run.device,
    run.result === null ? null : JSON.stringify(run.result),
    run.modelId === null ? null : rowOf(run.modelId),
    run.accuracy,
    run.judgedCount,
    rowOf(run.id),
  )
  noteRuns(tx)
}

/** What a person says about a run. Errors: not-found. */
export function annotateRun(tx: WritableDb, runId: RunId, { note, isStarred }: Pick<Run, 'note' | 'isStarred'>): void {
  const starred = isStarred ? 1 : 0
  tx.prepare('UPDATE run SET note = ?, is_starred = ? WHERE id = ?').run(note, starred, rowOf(runId))
  noteRuns(tx)
}

/** Its events and its model go with it. What models have said of images must be forgotten before. */
export function deleteRunRows(tx: WritableDb, runId: RunId): void {
  const row = rowOf(runId)
  tx.prepare('UPDATE run SET model_id = NULL WHERE id = ?').run(row)
  tx.prepare('DELETE FROM model WHERE run_id = ?').run(row)
  tx.prepare('DELETE FROM run WHERE id = ?').run(row)
  noteChange(tx, { what: ['runs', 'models'], imageIds: null })
}

/** The model of a run has the run's number. */
export function insertModel(tx: WritableDb, runId: RunId, createdAtMs: number): void {
  const row = rowOf(runId)
  tx.prepare('INSERT INTO model (id, run_id, created_at_ms) VALUES (?, ?, ?)').run(row, row, createdAtMs)
  noteChange(tx, { what: ['models'], imageIds: null })
}

function noteRuns(tx: WritableDb): void {
  noteChange(tx, { what: ['runs'], imageIds: null })
}
