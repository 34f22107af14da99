import type { Edit } from '../../../shared/contract/labels.ts'
import { draftRow, readPredictor } from '../catalog/model-classes.ts'
import type { WritableDb } from '../database/handles.ts'
import { modelIdOf } from '../database/row-ids.ts'
import { groupLabelChanges, type StoredLabel } from './change.ts'
import { countInWords } from './count-in-words.ts'
import { recordEdit } from './edit-history.ts'

/** Labels those of the images that have none as the model that predicted last says, where it was sure enough. */
export function acceptSuggestions(
  tx: WritableDb,
  { imageIds, confidenceMin }: { readonly imageIds: readonly number[]; readonly confidenceMin: number },
  atMs: number,
): Edit {
  const modelRow = readPredictor(tx)
  const suggestions =
    modelRow === null
      ? []
      : tx
          .prepare<{ imageId: number; classId: number }>(
            `SELECT id AS imageId, predicted_class_id AS classId
             FROM image JOIN prediction ON model_id = ? AND image_id = image.id
             WHERE image.class_id IS NULL AND predicted_class_id IS NOT NULL AND confidence >= ?
               AND id IN (SELECT value FROM json_each(?))
             ORDER BY id`,
          )
          .all(modelRow, confidenceMin, JSON.stringify(imageIds))
  const who = modelRow === null || modelRow === draftRow ? '' : modelIdOf(modelRow)
  const labels = groupLabelChanges(
    suggestions.map(({ imageId, classId }) => {
      const after: StoredLabel = { classId, origin: 'model', who, assignedAtMs: atMs }
      return { imageId, before: null, after }
    }),
  )
  return recordEdit(tx, {
    description: `accept suggestions for ${countInWords(suggestions.length)}`,
    atMs,
    change: { classes: [], labels },
  })
}
