import type { WritableDb } from '../database/handles.ts'
import { type ModelClasses, readModelClasses, readPredictor } from './model-classes.ts'

/**
 * Brings the columns of `image` that say what the model that predicted last thinks up to date, of these images or of
 * all (null). Called wherever predictions, labels, classes or contents change.
 */
export function refreshPredictions(tx: WritableDb, imageIds: readonly number[] | null): void {
  if (imageIds?.length === 0) return
  const modelRow = readPredictor(tx)
  const classes = readModelClasses(tx, modelRow)
  tx.prepare(imageIds === null ? refresh('1') : refresh('i.id IN (SELECT value FROM json_each(?))')).run(
    JSON.stringify(classes),
    JSON.stringify(indexesByClass(classes)),
    modelRow,
    ...(imageIds === null ? [] : [JSON.stringify(imageIds)]),
  )
}

/** The outputs that stand for each class, as `labelLoss` takes them: several after a merge. */
export function indexesByClass(classes: ModelClasses): Readonly<Record<string, string>> {
  const indexes: Record<string, string> = {}
  for (const [index, classId] of classes.entries()) {
    if (classId === null) continue
    const known = indexes[classId]
    indexes[classId] = known === undefined ? String(index) : `${known},${index}`
  }
  return indexes
}

function refresh(which: string): string {
  return `
    UPDATE image SET predicted_class_id = fresh.predicted, uncertainty = fresh.uncertainty, label_loss = fresh.loss
    FROM (
      SELECT i.id, json_extract(?, '$[' || p.class_index || ']') AS predicted, p.uncertainty,
        label_loss(p.probabilities, json_extract(?, '$."' || i.class_id || '"')) AS loss
      FROM image AS i LEFT JOIN prediction AS p
        ON p.model_id = ? AND p.image_id = i.id AND p.content_hash = i.content_hash AND i.state = 'readable'
      WHERE ${which}
    ) AS fresh
    WHERE image.id = fresh.id AND (
      image.predicted_class_id IS NOT fresh.predicted OR image.uncertainty IS NOT fresh.uncertainty
      OR image.label_loss IS NOT fresh.loss
    )`
}
