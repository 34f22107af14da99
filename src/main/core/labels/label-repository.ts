import type { ReadableDb } from '../database/handles.ts'
import { type StoredLabel, StoredLabel as StoredLabelSchema } from './change.ts'

interface LabelRow {
  readonly imageId: number
  readonly classId: number | null
  readonly origin: string | null
  readonly who: string | null
  readonly assignedAtMs: number | null
}

export interface ImageLabel {
  readonly imageId: number
  readonly label: StoredLabel | null
}

const columns =
  'id AS imageId, class_id AS classId, label_origin AS origin, label_who AS who, labelled_at_ms AS assignedAtMs'

/** The labels of these images; ids that no image has are left out. */
export function readLabels(db: ReadableDb, imageIds: readonly number[]): ImageLabel[] {
  return db
    .prepare<LabelRow>(`SELECT ${columns} FROM image WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`)
    .all(JSON.stringify(imageIds))
    .map((row) => ({ imageId: row.imageId, label: labelOfRow(row) }))
}

export function readLabelsOfClass(
  db: ReadableDb,
  classId: number,
): { readonly imageId: number; readonly label: StoredLabel }[] {
  return db
    .prepare<LabelRow>(`SELECT ${columns} FROM image WHERE class_id = ? ORDER BY id`)
    .all(classId)
    .flatMap((row) => {
      const label = labelOfRow(row)
      return label === null ? [] : [{ imageId: row.imageId, label }]
    })
}

/** What a person has said of an image beside its label. */
export type Mark = 'is_skipped' | 'is_confirmed'

/** Those of these images that have the mark. */
export function readMarked(db: ReadableDb, mark: Mark, imageIds: readonly number[]): number[] {
  if (imageIds.length === 0) return []
  return db
    .prepare<{ id: number }>(
      `SELECT id FROM image WHERE ${mark} = 1 AND id IN (SELECT value FROM json_each(?)) ORDER BY id`,
    )
    .all(JSON.stringify(imageIds))
    .map(({ id }) => id)
}

function labelOfRow({ classId, origin, who, assignedAtMs }: LabelRow): StoredLabel | null {
  return classId === null ? null : StoredLabelSchema.parse({ classId, origin, who, assignedAtMs })
}
