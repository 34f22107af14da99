import type { Edit } from '../../../shared/contract/labels.ts'
import { EditId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ProjectPart } from '../../../shared/contract/project.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
import { applyChange } from './apply-change.ts'
import { Change, imagesOf, inverseOf, type NewChange } from './change.ts'
import { readMarked } from './label-repository.ts'

interface EditRow extends Omit<Edit, 'id'> {
  readonly id: number
}

const editColumns = 'id, description, image_count AS imageCount, at_ms AS atMs'

/** Beyond it, watchers are told that images have changed, but not which. */
const imagesNamedMax = 2_000

export interface NewEdit {
  readonly description: string
  readonly atMs: number
  readonly change: NewChange
}

/**
 * Makes a change and writes it down as one step of the history, in the caller's transaction. What had been undone can
 * not be redone after it. A change of nothing leaves no trace.
 */
export function recordEdit(tx: WritableDb, { description, atMs, change }: NewEdit): Edit {
  const labelled = change.labels.flatMap(({ after, imageIds }) => (after === null ? [] : imageIds))
  const unskipped = readMarked(tx, 'is_skipped', labelled)
  const skips = [...(change.skips ?? []), ...(unskipped.length > 0 ? [{ isSkipped: false, imageIds: unskipped }] : [])]
  // What was called right was the label that was there.
  const changed = change.labels.flatMap(({ imageIds }) => imageIds)
  const doubted = readMarked(tx, 'is_confirmed', changed)
  const confirms = [
    ...(doubted.length > 0 ? [{ isConfirmed: false, imageIds: doubted }] : []),
    ...(change.confirms ?? []),
  ]
  const whole: Change = { ...change, skips, confirms }
  const imageCount = imagesOf(whole).size
  if (imageCount === 0 && change.classes.length === 0) return { id: null, description, imageCount, atMs }
  make(tx, whole)
  tx.prepare('DELETE FROM edit WHERE is_undone = 1').run()
  const { lastInsertRowid } = tx
    .prepare('INSERT INTO edit (description, image_count, at_ms, change) VALUES (?, ?, ?, ?)')
    .run(description, imageCount, atMs, JSON.stringify(whole))
  return { id: EditId.parse(Number(lastInsertRowid)), description, imageCount, atMs }
}

/** Takes the latest edit back; null where there is none. Errors: conflict where that is not `editId`. */
export function undoEdit(tx: WritableDb, editId?: EditId): Edit | null {
  return replay(tx, 'undo', editId)
}

/** Makes the edit again that was undone last; null where there is none. Errors: conflict where that is not `editId`. */
export function redoEdit(tx: WritableDb, editId?: EditId): Edit | null {
  return replay(tx, 'redo', editId)
}

type Way = 'undo' | 'redo'

/** Where the step that comes next is found: the latest edit that stands, or the first one that was undone. */
const nextSteps: Readonly<Record<Way, string>> = {
  undo: 'is_undone = 0 ORDER BY id DESC LIMIT 1',
  redo: 'is_undone = 1 ORDER BY id ASC LIMIT 1',
}

function replay(tx: WritableDb, way: Way, editId?: EditId): Edit | null {
  const row = tx
    .prepare<EditRow & { change: string }>(`SELECT ${editColumns}, change FROM edit WHERE ${nextSteps[way]}`)
    .get()
  if (editId !== undefined && row?.id !== editId) {
    throw new AppError('conflict', said`Nothing was changed: the history of labels has gone on since then.`)
  }
  if (row === undefined) return null
  const { change, ...step } = row
  const stored = Change.parse(JSON.parse(change))
  make(tx, way === 'undo' ? inverseOf(stored) : stored)
  tx.prepare('UPDATE edit SET is_undone = ? WHERE id = ?').run(way === 'undo' ? 1 : 0, step.id)
  return editOf(step)
}

function make(tx: WritableDb, change: Change): void {
  applyChange(tx, change)
  const images = imagesOf(change)
  const what: ProjectPart[] = ['labels', ...(change.classes.length > 0 ? (['classes'] as const) : [])]
  noteChange(tx, { what, imageIds: images.size > imagesNamedMax ? null : [...images] })
}

/** What the next undo and the next redo would do. */
export function readSteps(db: ReadableDb): { undo: Edit | null; redo: Edit | null } {
  const next = (way: Way): Edit | null => {
    const row = db.prepare<EditRow>(`SELECT ${editColumns} FROM edit WHERE ${nextSteps[way]}`).get()
    return row === undefined ? null : editOf(row)
  }
  return { undo: next('undo'), redo: next('redo') }
}

/** The edits that an undo would take back, newest first. */
export function listEdits(db: ReadableDb, limit: number): Edit[] {
  return db
    .prepare<EditRow>(`SELECT ${editColumns} FROM edit WHERE is_undone = 0 ORDER BY id DESC LIMIT ?`)
    .all(limit)
    .map(editOf)
}

function editOf(row: EditRow): Edit {
  return { ...row, id: EditId.parse(row.id) }
}
