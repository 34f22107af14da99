import type { ImageFilter, ImageQuery, ImageSort } from '../../../shared/contract/catalog.ts'
import { ImageId } from '../../../shared/domain/ids.ts'
import { foldCase } from '../database/fold-case.ts'
import type { ReadableDb } from '../database/handles.ts'
import { conditionOf } from './image-filter.ts'

/** Null is the smallest value: images without a prediction, or without a label, come last. */
const orders: Readonly<Record<ImageSort, string>> = {
  path: 'path, id',
  newest: 'modified_at_ms DESC, path, id',
  oldest: 'modified_at_ms, path, id',
  // As the index has it, to the letter: what waits for a label, then what is labelled or skipped.
  uncertainty: '(class_id IS NOT NULL OR is_skipped = 1), uncertainty DESC, path, id',
  loss: 'label_loss DESC, path, id',
  doubt: `(SELECT doubt_ratio FROM label_check AS said WHERE said.image_id = image.id
    AND said.given_class_id = image.class_id AND said.content_hash = image.content_hash) DESC, path, id`,
}

/** For tests of query plans too. */
export function orderQuery(filter: ImageFilter, sort: ImageSort, columns = 'id'): string {
  return `SELECT ${columns} FROM image WHERE ${conditionOf(filter).sql} ORDER BY ${orders[sort]}`
}

/** The ids of all images of a query, in its order. */
export function orderImages(db: ReadableDb, { filter, sort }: ImageQuery): number[] {
  return db
    .prepare<{ id: number }>(orderQuery(filter, sort))
    .all(...conditionOf(filter).parameters)
    .map(({ id }) => id)
}

/** The first image whose file name starts with a text, or else the first whose path holds it. */
export function locateImage(db: ReadableDb, { filter, sort }: ImageQuery, text: string): ImageId | null {
  const wanted = foldCase(text)
  let holding: number | null = null
  const rows = db
    .prepare<{ id: number; path: string }>(orderQuery(filter, sort, 'id, path'))
    .iterate(...conditionOf(filter).parameters)
  for (const { id, path } of rows) {
    const folded = foldCase(path)
    if (folded.startsWith(wanted, folded.lastIndexOf('/') + 1)) return ImageId.parse(id)
    if (holding === null && folded.includes(wanted)) holding = id
  }
  return holding === null ? null : ImageId.parse(holding)
}
