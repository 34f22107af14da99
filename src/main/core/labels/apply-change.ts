import { indexesByClass, refreshPredictions } from '../catalog/refresh-predictions.ts'
import { readModelClasses, readPredictor } from '../catalog/model-classes.ts'
import type { WritableDb } from '../database/handles.ts'
import type { Change, ClassChange, LabelChange, StoredClass } from './change.ts'
import type { Mark } from './label-repository.ts'

/**
 * Writes the `after` of a change. Classes appear before the labels that need them and go after those that did; what a
 * model says follows.
 */
export function applyChange(tx: WritableDb, change: Change): void {
  const modelRow = readPredictor(tx)
  const classesBefore = readModelClasses(tx, modelRow)
  // Two classes may change keys with each other, and no two may have the same one meanwhile.
  for (const { before } of change.classes) if (before !== null) freeKey(tx, before)
  for (const { after } of change.classes) if (after !== null) putClass(tx, after)
  const marks = marksOf(change)
  for (const one of marks) if (!one.isSet) setMark(tx, one)
  const indexes = indexesByClass(readModelClasses(tx, modelRow))
  for (const group of change.labels) setLabels(tx, group, { modelRow, indexes })
  for (const one of marks) if (one.isSet) setMark(tx, one)
  for (const one of change.classes) if (one.after === null) removeClass(tx, one)
  // Labels have been followed already; what a class means to the model touches any image.
  const classesAfter = readModelClasses(tx, modelRow)
  if (classesAfter.some((classId, index) => classId !== classesBefore[index])) refreshPredictions(tx, null)
}

function freeKey(tx: WritableDb, { id }: StoredClass): void {
  tx.prepare('UPDATE class SET key = NULL WHERE id = ?').run(id)
}

function putClass(tx: WritableDb, { id, name, colour, key }: StoredClass): void {
  tx.prepare(
    `INSERT INTO class (id, name, colour, key) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, key = excluded.key`,
  ).run(id, name, colour, key)
  tx.prepare('DELETE FROM class_successor WHERE class_id = ?').run(id)
}

function removeClass(tx: WritableDb, { before, successorId }: ClassChange): void {
  if (before === null) return
  tx.prepare('DELETE FROM class WHERE id = ?').run(before.id)
  if (successorId !== undefined) {
    tx.prepare('INSERT OR REPLACE INTO class_successor (class_id, into_id) VALUES (?, ?)').run(before.id, successorId)
  }
}

interface Predictor {
  readonly modelRow: number | null
  readonly indexes: Readonly<Record<string, string>>
}

function setLabels(tx: WritableDb, { after, imageIds }: LabelChange, { modelRow, indexes }: Predictor): void {
  const label = [after?.classId ?? null, after?.origin ?? null, after?.who ?? null, after?.assignedAtMs ?? null]
  const columns = 'class_id = ?, label_origin = ?, label_who = ?, labelled_at_ms = ?'
  const chosen = 'id IN (SELECT value FROM json_each(?))'
  const ids = JSON.stringify(imageIds)
  // Without a prediction there is no loss either, and a column that is left alone costs no index.
  if (modelRow === null) {
    tx.prepare(`UPDATE image SET ${columns} WHERE ${chosen}`).run(...label, ids)
    return
  }
  tx.prepare(
    `UPDATE image SET ${columns}, label_loss = (
       SELECT label_loss(probabilities, ?) FROM prediction
       WHERE model_id = ? AND image_id = image.id AND image.uncertainty IS NOT NULL
     )
     WHERE ${chosen}`,
  ).run(...label, after === null ? null : (indexes[after.classId] ?? null), modelRow, ids)
}

interface MarkChange {
  readonly mark: Mark
  readonly isSet: boolean
  readonly imageIds: readonly number[]
}

/** No image may be labelled and skipped, or confirmed without a label: marks go before labels change, and come after. */
function marksOf({ skips, confirms }: Change): MarkChange[] {
  return [
    ...skips.map(({ isSkipped, imageIds }) => ({ mark: 'is_skipped' as const, isSet: isSkipped, imageIds })),
    ...confirms.map(({ isConfirmed, imageIds }) => ({ mark: 'is_confirmed' as const, isSet: isConfirmed, imageIds })),
  ]
}

function setMark(tx: WritableDb, { mark, isSet, imageIds }: MarkChange): void {
  tx.prepare(`UPDATE image SET ${mark} = ? WHERE id IN (SELECT value FROM json_each(?))`).run(
    isSet ? 1 : 0,
    JSON.stringify(imageIds),
  )
}
