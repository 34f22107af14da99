import type { Examination } from '../../../shared/contract/imaging.ts'
import type { Split } from '../../../shared/domain/split.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { examinedColumns, valuesOfExamination } from './image-row.ts'

/** What an import has to know of a row. */
export interface KnownImage {
  readonly id: number
  readonly path: string
  readonly state: 'readable' | 'unreadable' | 'missing'
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  readonly changedAtMs: number
  readonly contentHash: string | null
  readonly unreadableReason: string | null
  readonly isUnsettled: boolean
}

export function readKnownImages(db: ReadableDb): KnownImage[] {
  return db
    .prepare<Omit<KnownImage, 'isUnsettled'> & { isUnsettled: number }>(
      `SELECT id, path, state, size_bytes AS sizeBytes, modified_at_ms AS modifiedAtMs, changed_at_ms AS changedAtMs,
         content_hash AS contentHash,
         unreadable_reason AS unreadableReason, is_unsettled AS isUnsettled
       FROM image ORDER BY id`,
    )
    .all()
    .map((row) => ({ ...row, isUnsettled: row.isUnsettled === 1 }))
}

const columns = examinedColumns.join(', ')
const assignments = examinedColumns.map((column) => `${column} = ?`).join(', ')
const placeholders = examinedColumns.map(() => '?').join(', ')

/** A file and what was found in it. */
export interface ReadFile {
  readonly path: string
  /** As the walk saw it, before it was read: if it changed in between, the next import reads it again. */
  readonly changedAtMs: number
  readonly examination: Examination
}

/** Adds a file that no row stands for; answers the row that another import has just added for it, if there is one. */
export function insertFound(tx: WritableDb, { path, changedAtMs, examination }: ReadFile): number {
  const { changes, lastInsertRowid } = tx
    .prepare(
      `INSERT INTO image (path, changed_at_ms, ${columns}) VALUES (?, ?, ${placeholders})
       ON CONFLICT (path) WHERE state <> 'missing' DO NOTHING`,
    )
    .run(path, changedAtMs, ...valuesOfExamination(examination))
  if (changes === 1) return Number(lastInsertRowid)
  const row = tx.prepare<{ id: number }>("SELECT id FROM image WHERE path = ? AND state <> 'missing'").get(path)
  return row?.id ?? 0
}

/** What was found in the file that a row stands for, wherever that is by now. */
export function updateFound(tx: WritableDb, id: number, found: ReadFile): void {
  tx.prepare(`UPDATE image SET path = ?, changed_at_ms = ?, ${assignments} WHERE id = ?`).run(
    found.path,
    found.changedAtMs,
    ...valuesOfExamination(found.examination),
    id,
  )
}

/** Gives an image the file that another, unlabelled row was added for, and removes that row. */
export function takeOver(tx: WritableDb, id: number, fromId: number): void {
  const from = tx.prepare<{ path: string; state: string }>('SELECT path, state FROM image WHERE id = ?').get(fromId)
  if (from === undefined) return
  // Two rows must not stand for one path, not even between two statements.
  setMissing(tx, fromId)
  const rest = ['changed_at_ms', ...examinedColumns.filter((column) => column !== 'state')].join(', ')
  tx.prepare(
    `UPDATE image SET path = ?, state = ?, (${rest}) = (SELECT ${rest} FROM image WHERE id = ?) WHERE id = ?`,
  ).run(from.path, from.state, fromId, id)
  tx.prepare('DELETE FROM image WHERE id = ?').run(fromId)
}

export function setMissing(tx: WritableDb, id: number): void {
  tx.prepare("UPDATE image SET state = 'missing' WHERE id = ?").run(id)
}

/** The file of a missing image is back as it was. */
export function setBack(tx: WritableDb, id: number): void {
  tx.prepare(
    "UPDATE image SET state = iif(facts IS NULL, 'unreadable', 'readable') WHERE id = ? AND state = 'missing'",
  ).run(id)
}

export function isLabelled(tx: WritableDb, id: number): boolean {
  const row = tx.prepare<{ classId: number | null }>('SELECT class_id AS classId FROM image WHERE id = ?').get(id)
  return row !== undefined && row.classId !== null
}

export function setSplit(tx: WritableDb, id: number, split: Split | null): void {
  tx.prepare('UPDATE image SET split = ? WHERE id = ? AND split IS NOT ?').run(split, id, split)
}

export function settleAll(tx: WritableDb): void {
  tx.prepare('UPDATE image SET is_unsettled = 0 WHERE is_unsettled = 1').run()
}
