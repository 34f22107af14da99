import type { CheckSummary } from '../../../shared/contract/labels.ts'
import type { DoubtReason } from '../../../shared/domain/doubt.ts'
import { wilsonInterval } from '../../../shared/wilson-interval.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'

/** What a check says of one label. */
export interface CheckedLabel {
  readonly imageId: number
  readonly contentHash: string
  readonly classId: number
  readonly likelyClassId: number
  /** Likeliest by those that never saw the image. */
  readonly unseenClassId: number
  readonly labelProbability: number
  readonly likelyProbability: number
  readonly doubtRatio: number
  readonly reason: DoubtReason | null
  readonly otherImageId: number | null
}

/** Whether the check of an image, `label_check AS said`, still says what is wrong with its label. */
export const isDoubted = `said.reason IS NOT NULL AND said.given_class_id = image.class_id
  AND said.content_hash = image.content_hash AND image.state = 'readable' AND image.is_confirmed = 0
  AND (said.reason <> 'copy-differs' OR EXISTS (
    SELECT 1 FROM image AS other WHERE other.id = said.other_image_id AND other.class_id <> image.class_id))`

/** Puts a check in the place of the one before. Images that are gone by now are left out. */
export function storeCheck(
  tx: WritableDb,
  labels: readonly CheckedLabel[],
  { atMs, thorough }: Pick<CheckSummary, 'atMs' | 'thorough'>,
): void {
  tx.prepare('DELETE FROM label_check').run()
  const insert = tx.prepare(
    `INSERT INTO label_check (image_id, content_hash, given_class_id, likely_class_id, unseen_class_id,
       label_probability, likely_probability, doubt_ratio, reason, other_image_id)
     SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM image WHERE id = ?`,
  )
  for (const label of labels) {
    insert.run(
      label.contentHash,
      label.classId,
      label.likelyClassId,
      label.unseenClassId,
      label.labelProbability,
      label.likelyProbability,
      label.doubtRatio,
      label.reason,
      label.otherImageId,
      label.imageId,
    )
  }
  tx.prepare('UPDATE project SET labels_checked_at_ms = ?, labels_checked_thoroughly = ?').run(atMs, thorough ? 1 : 0)
  noteChange(tx, { what: ['predictions'], imageIds: null })
}

/** Of the last check, as far as labels are still what they were then; null where there was none. */
export function readCheckSummary(db: ReadableDb): CheckSummary | null {
  const { atMs = null, thorough = 0 } =
    db
      .prepare<{ atMs: number | null; thorough: number }>(
        'SELECT labels_checked_at_ms AS atMs, labels_checked_thoroughly AS thorough FROM project',
      )
      .get() ?? {}
  if (atMs === null) return null
  const { checked = 0, agreed = 0 } =
    db
      .prepare<{ checked: number; agreed: number }>(
        'SELECT count(*) AS checked, coalesce(sum(unseen_class_id = given_class_id), 0) AS agreed FROM label_check',
      )
      .get() ?? {}
  const rows = db
    .prepare<{ reason: DoubtReason; count: number }>(
      `SELECT said.reason, count(*) AS count
       FROM label_check AS said INDEXED BY label_check_doubted CROSS JOIN image ON image.id = said.image_id
       WHERE ${isDoubted} GROUP BY said.reason`,
    )
    .all()
  const countOf = (reason: DoubtReason) => rows.find((row) => row.reason === reason)?.count ?? 0
  return {
    atMs,
    thorough: thorough === 1,
    checked,
    agreed,
    agreedInterval: wilsonInterval(agreed, checked),
    doubted: {
      'copy-differs': countOf('copy-differs'),
      'looks-like-another': countOf('looks-like-another'),
      outlier: countOf('outlier'),
    },
    unchecked:
      db
        .prepare<{ count: number }>(
          `SELECT count(*) AS count FROM image
         WHERE state = 'readable' AND class_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM label_check AS said
           WHERE said.image_id = image.id AND said.given_class_id = image.class_id AND said.content_hash = image.content_hash)`,
        )
        .get()?.count ?? 0,
  }
}
