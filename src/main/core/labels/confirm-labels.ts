import type { Edit } from '../../../shared/contract/labels.ts'
import type { WritableDb } from '../database/handles.ts'
import { groupLabelChanges } from './change.ts'
import { countInWords } from './count-in-words.ts'
import { recordEdit } from './edit-history.ts'
import { readLabels, readMarked } from './label-repository.ts'

/**
 * A person calls the labels of images right, whatever a model says: they become theirs and are marked until they change,
 * as one edit. Images without a label are left as they are.
 */
export function confirmLabels(
  tx: WritableDb,
  { imageIds, who }: { readonly imageIds: readonly number[]; readonly who: string },
  atMs: number,
): Edit {
  const known = new Set(readMarked(tx, 'is_confirmed', imageIds))
  const confirmed = readLabels(tx, imageIds).flatMap(({ imageId, label }) =>
    label === null || known.has(imageId) ? [] : [{ imageId, label }],
  )
  const labels = groupLabelChanges(
    confirmed
      .filter(({ label }) => label.origin !== 'person')
      .map(({ imageId, label }) => ({
        imageId,
        before: label,
        after: { classId: label.classId, origin: 'person', who, assignedAtMs: atMs },
      })),
  )
  const ids = confirmed.map(({ imageId }) => imageId)
  return recordEdit(tx, {
    description: `confirm the label of ${countInWords(ids.length)}`,
    atMs,
    change: { classes: [], labels, confirms: ids.length === 0 ? [] : [{ isConfirmed: true, imageIds: ids }] },
  })
}
