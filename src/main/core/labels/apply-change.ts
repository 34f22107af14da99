import type { WritableDb } from '../database/handles.ts'
import type { Change, LabelChange, StoredClass } from './change.ts'

/** Writes the `after` of a change. Classes appear before the labels that need them and go after those that did. */
export function applyChange(tx: WritableDb, change: Change): void {
  for (const { after } of change.classes) if (after !== null) putClass(tx, after)
  for (const group of change.labels) setLabels(tx, group)
  const remove = tx.prepare('DELETE FROM class WHERE id = ?')
  for (const { before, after } of change.classes) if (after === null && before !== null) remove.run(before.id)
}

function putClass(tx: WritableDb, { id, name, colour, key }: StoredClass): void {
  tx.prepare(
    `INSERT INTO class (id, name, colour, key) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, key = excluded.key`,
  ).run(id, name, colour, key)
}

function setLabels(tx: WritableDb, { after, imageIds }: LabelChange): void {
  tx.prepare(
    `UPDATE image SET class_id = ?, label_origin = ?, label_who = ?, labelled_at_ms = ?
     WHERE id IN (SELECT value FROM json_each(?))`,
  ).run(
    after?.classId ?? null,
    after?.origin ?? null,
    after?.who ?? null,
    after?.assignedAtMs ?? null,
    JSON.stringify(imageIds),
  )
}
