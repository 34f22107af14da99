import type { Edit } from '../../../shared/contract/labels.ts'
import type { ClassId } from '../../../shared/domain/ids.ts'
import type { LabelOrigin } from '../../../shared/domain/label.ts'
import type { WritableDb } from '../database/handles.ts'
import { groupLabelChanges, type StoredLabel } from './change.ts'
import { getClass } from './class-repository.ts'
import { recordEdit } from './edit-history.ts'
import { readLabels } from './label-repository.ts'

export interface Assignment {
  readonly imageIds: readonly number[]
  /** Null takes the label away. */
  readonly classId: ClassId | null
  readonly origin: LabelOrigin
  readonly who: string
}

/** Labels images, or takes their label away, as one edit. Errors: not-found for the class. */
export function assignLabel(tx: WritableDb, assignment: Assignment, atMs: number): Edit {
  const { classId, origin, who } = assignment
  const name = classId === null ? null : getClass(tx, classId).name
  const after = classId === null ? null : { classId, origin, who, assignedAtMs: atMs }
  const labels = groupLabelChanges(
    readLabels(tx, assignment.imageIds)
      .filter(({ label }) => !saysTheSame(label, after))
      .map(({ imageId, label }) => ({ imageId, before: label, after })),
  )
  const imageCount = labels.reduce((count, { imageIds }) => count + imageIds.length, 0)
  const images = `${imageCount} ${imageCount === 1 ? 'image' : 'images'}`
  return recordEdit(tx, {
    description: name === null ? `take the label from ${images}` : `label ${images} as ${name}`,
    atMs,
    change: { classes: [], labels },
  })
}

/** A label that a person confirms becomes theirs; one that says the same already keeps its time. */
export function saysTheSame(before: StoredLabel | null, after: StoredLabel | null): boolean {
  if (before === null || after === null) return before === after
  return before.classId === after.classId && before.origin === after.origin && before.who === after.who
}
