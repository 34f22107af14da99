import { ImageId } from '../../../shared/domain/ids.ts'
import { Split } from '../../../shared/domain/split.ts'
import type { ReadableDb } from '../database/handles.ts'

/** An image that can be learnt from: it can be read and has a label. */
export interface LabelledImage {
  readonly id: ImageId
  readonly path: string
  readonly contentHash: string
  readonly perceptualHash: string
  readonly detailHash: string
  readonly className: string
  /** What a folder gave. */
  readonly split: Split | null
}

interface LabelledRow extends Omit<LabelledImage, 'id' | 'split'> {
  readonly id: number
  readonly split: string | null
}

/** In the order of their paths. */
export function readLabelledImages(db: ReadableDb): LabelledImage[] {
  return db
    .prepare<LabelledRow>(
      `SELECT image.id, path, content_hash AS contentHash, perceptual_hash AS perceptualHash,
         facts ->> 'detailHash' AS detailHash, class.name AS className, split
       FROM image JOIN class ON class.id = image.class_id
       WHERE state = 'readable' ORDER BY path`,
    )
    .all()
    .map((row) => ({ ...row, id: ImageId.parse(row.id), split: row.split === null ? null : Split.parse(row.split) }))
}
