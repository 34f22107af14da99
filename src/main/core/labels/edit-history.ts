import type { Edit } from '../../../shared/contract/labels.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { applyChange } from './apply-change.ts'
import { Change, countImages, inverseOf } from './change.ts'

interface EditRow extends Edit {
  readonly id: number
}

const editColumns = 'id, description, image_count AS imageCount, at_ms AS atMs'

export interface NewEdit {
  readonly description: string
  readonly atMs: number
  readonly change: Change
}

/**
 * Makes a change and writes it down as one step of the history, in the caller's transaction. What had been undone can
 * not be redone after it. A change of nothing leaves no trace.
 */
export function recordEdit(tx: WritableDb, { description, atMs, change }: NewEdit): Edit {
  const edit = { description, imageCount: countImages(change), atMs }
  if (edit.imageCount === 0 && change.classes.length === 0) return edit
  applyChange(tx, change)
  tx.prepare('DELETE FROM edit WHERE is_undone = 1').run()
  tx.prepare('INSERT INTO edit (description, image_count, at_ms, change) VALUES (?, ?, ?, ?)').run(
    description,
    edit.imageCount,
    atMs,
    JSON.stringify(change),
  )
  return edit
}

/** Takes the latest edit back; null where there is none. */
export function undoEdit(tx: WritableDb): Edit | null {
  return replay(tx, { from: 0, to: 1, order: 'DESC' })
}

/** Makes the edit again that was undone last; null where there is none. */
export function redoEdit(tx: WritableDb): Edit | null {
  return replay(tx, { from: 1, to: 0, order: 'ASC' })
}

function replay(tx: WritableDb, way: { from: 0 | 1; to: 0 | 1; order: 'ASC' | 'DESC' }): Edit | null {
  const row = tx
    .prepare<EditRow & { change: string }>(
      `SELECT ${editColumns}, change FROM edit WHERE is_undone = ? ORDER BY id ${way.order} LIMIT 1`,
    )
    .get(way.from)
  if (row === undefined) return null
  const { id, change, ...edit } = row
  const stored = Change.parse(JSON.parse(change))
  applyChange(tx, way.to === 1 ? inverseOf(stored) : stored)
  tx.prepare('UPDATE edit SET is_undone = ? WHERE id = ?').run(way.to, id)
  return edit
}

/** The edits that an undo would take back, newest first. */
export function listEdits(db: ReadableDb, limit: number): Edit[] {
  return db
    .prepare<EditRow>(`SELECT ${editColumns} FROM edit WHERE is_undone = 0 ORDER BY id DESC LIMIT ?`)
    .all(limit)
    .map(({ description, imageCount, atMs }) => ({ description, imageCount, atMs }))
}
