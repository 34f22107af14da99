import type { Edit } from '../../../shared/contract/labels.ts'
import type { WritableDb } from '../database/handles.ts'
import { countInWords } from './count-in-words.ts'
import { recordEdit } from './edit-history.ts'

/** Marks images that have no label as skipped, or takes the mark away, as one edit. */
export function skipImages(
  tx: WritableDb,
  { imageIds, isSkipped }: { readonly imageIds: readonly number[]; readonly isSkipped: boolean },
  atMs: number,
): Edit {
  const changed = tx
    .prepare<{ id: number }>(
      `SELECT id FROM image WHERE is_skipped = ? AND class_id IS NULL AND id IN (SELECT value FROM json_each(?))
       ORDER BY id`,
    )
    .all(isSkipped ? 0 : 1, JSON.stringify(imageIds))
    .map(({ id }) => id)
  const images = countInWords(changed.length)
  return recordEdit(tx, {
    description: isSkipped ? `skip ${images}` : `take the mark "skipped" from ${images}`,
    atMs,
    change: { classes: [], labels: [], skips: changed.length === 0 ? [] : [{ isSkipped, imageIds: changed }] },
  })
}
