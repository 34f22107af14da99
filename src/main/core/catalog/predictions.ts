import { ImageId, type ModelId } from '../../../shared/domain/ids.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
import { rowOf } from '../database/row-ids.ts'
import { draftRow, readPredictor } from './model-classes.ts'
import { encodeProbabilities, summarisePrediction } from './probabilities.ts'
import { refreshPredictions } from './refresh-predictions.ts'

/** What a model says of one image. */
export interface NewPrediction {
  readonly imageId: ImageId
  /** Of the bytes that were predicted. */
  readonly contentHash: string
  /** In the order of the model's classes. */
  readonly probabilities: Float32Array
}

export interface ImageToPredict {
  readonly imageId: ImageId
  readonly path: string
  readonly contentHash: string
}

/**
 * Keeps what a model says of images, in the place of what it said before, and makes it the model that predicted last,
 * also where there are no rows. Images that are gone by now are left out.
 */
export function storePredictions(tx: WritableDb, modelId: ModelId, rows: readonly NewPrediction[]): void {
  const modelRow = rowOf(modelId)
  insertPredictions(tx, modelRow, rows)
  if (readPredictor(tx) === modelRow) {
    const imageIds = rows.map(({ imageId }) => imageId)
    refreshPredictions(tx, imageIds)
    noteChange(tx, { what: ['predictions'], imageIds })
  } else {
    setPredictor(tx, modelRow)
  }
}

/**
 * Puts a draft in the place of the one before, and makes it what predicted last: what is said of each image, with the
 * rows of the classes in the order of the probabilities. Images that are gone by now are left out.
 */
export function storeDraft(tx: WritableDb, classRows: readonly number[], rows: readonly NewPrediction[]): void {
  tx.prepare('DELETE FROM prediction WHERE model_id = ?').run(draftRow)
  tx.prepare('DELETE FROM draft_class').run()
  const insert = tx.prepare('INSERT INTO draft_class (class_index, class_id) VALUES (?, ?)')
  for (const [classIndex, classRow] of classRows.entries()) insert.run(classIndex, classRow)
  insertPredictions(tx, draftRow, rows)
  setPredictor(tx, draftRow)
}

function insertPredictions(tx: WritableDb, modelRow: number, rows: readonly NewPrediction[]): void {
  const insert = tx.prepare(
    `INSERT OR REPLACE INTO prediction
       (model_id, image_id, content_hash, class_index, confidence, uncertainty, probabilities)
     SELECT ?, id, ?, ?, ?, ?, ? FROM image WHERE id = ?`,
  )
  for (const { imageId, contentHash, probabilities } of rows) {
    const { classIndex, confidence, uncertainty } = summarisePrediction(probabilities)
    insert.run(modelRow, contentHash, classIndex, confidence, uncertainty, encodeProbabilities(probabilities), imageId)
  }
}

/**
 * The readable images that a model has not predicted yet, or whose file has changed since: the unlabelled ones first,
 * and then by path.
 */
export function imagesToPredict(db: ReadableDb, modelId: ModelId, scope: 'unlabelled' | 'all'): ImageToPredict[] {
  return imagesWhere(
    db,
    `${scope === 'unlabelled' ? 'class_id IS NULL AND' : ''} NOT EXISTS (
       SELECT 1 FROM prediction
       WHERE model_id = ? AND image_id = image.id AND prediction.content_hash = image.content_hash)
     ORDER BY class_id IS NOT NULL, path, id`,
    rowOf(modelId),
  )
}

function imagesWhere(db: ReadableDb, condition: string, ...values: readonly number[]): ImageToPredict[] {
  return db
    .prepare<{ id: number; path: string; contentHash: string }>(
      `SELECT id, path, content_hash AS contentHash FROM image WHERE state = 'readable' AND ${condition}`,
    )
    .all(...values)
    .map(({ id, ...image }) => ({ imageId: ImageId.parse(id), ...image }))
}

/** The readable images that wait for a label, by path. */
export function imagesWithoutLabel(db: ReadableDb): ImageToPredict[] {
  return imagesWhere(db, 'class_id IS NULL ORDER BY path, id')
}

/** Deletes all that a model has said; where it predicted last, the newest other model that predicted takes its place. */
export function forgetPredictions(tx: WritableDb, modelId: ModelId): void {
  const modelRow = rowOf(modelId)
  tx.prepare('DELETE FROM prediction WHERE model_id = ?').run(modelRow)
  if (readPredictor(tx) !== modelRow) return
  const other = tx.prepare<{ id: number | null }>('SELECT max(model_id) AS id FROM prediction').get()?.id ?? null
  setPredictor(tx, other)
}

function setPredictor(tx: WritableDb, modelRow: number | null): void {
  tx.prepare('UPDATE project SET predictor_id = ?').run(modelRow)
  refreshPredictions(tx, null)
  noteChange(tx, { what: ['predictions'], imageIds: null })
}
