import type { Edit } from '../../../shared/contract/labels.ts'
import { ClassId } from '../../../shared/domain/ids.ts'
import type { LabelOrigin } from '../../../shared/domain/label.ts'
import type { WritableDb } from '../database/handles.ts'
import { groupLabelChanges, type LabelChange, type StoredLabel } from './change.ts'
import { getClass, nextClassId, readClasses } from './class-repository.ts'
import { countInWords } from './count-in-words.ts'
import { recordEdit } from './edit-history.ts'
import { readLabels } from './label-repository.ts'
import { newClasses } from './new-classes.ts'

export interface Assignment {
  readonly imageIds: readonly number[]
  /** Null takes the label away. */
  readonly classId: ClassId | null
  readonly origin: LabelOrigin
  readonly who: string
}

/** Labels images, or takes their label away, as one edit. Errors: not-found for the class. */
export function assignLabel(tx: WritableDb, assignment: Assignment, atMs: number): Edit {
  const { imageIds, classId, origin, who } = assignment
  const name = classId === null ? null : getClass(tx, classId).name
  const labels = changesTo(tx, imageIds, classId === null ? null : { classId, origin, who, assignedAtMs: atMs })
  return recordEdit(tx, { description: describe(labels, name), atMs, change: { classes: [], labels } })
}

export interface NamedAssignment {
  readonly imageIds: readonly number[]
  readonly name: string
  readonly who: string
}

/** Labels images with the class of a name and makes it where there is none, as one edit. */
export function assignByName(
  tx: WritableDb,
  { imageIds, name, who }: NamedAssignment,
  atMs: number,
): { edit: Edit; classId: ClassId } {
  const existing = readClasses(tx)
  const known = existing.find((one) => one.name === name)
  const made = known === undefined ? newClasses([name], existing, nextClassId(tx)) : []
  const classId = ClassId.parse(known?.id ?? made[0]?.id)
  const labels = changesTo(tx, imageIds, { classId, origin: 'person', who, assignedAtMs: atMs })
  const edit = recordEdit(tx, {
    description: labels.length === 0 && known === undefined ? `make the class "${name}"` : describe(labels, name),
    atMs,
    change: { classes: made.map((after) => ({ before: null, after })), labels },
  })
  return { edit, classId }
}

function changesTo(tx: WritableDb, imageIds: readonly number[], after: StoredLabel | null): LabelChange[] {
  return groupLabelChanges(
    readLabels(tx, imageIds)
      .filter(({ label }) => !saysTheSame(label, after))
      .map(({ imageId, label }) => ({ imageId, before: label, after })),
  )
}

function describe(labels: readonly LabelChange[], className: string | null): string {
  const images = countInWords(labels.reduce((count, { imageIds }) => count + imageIds.length, 0))
  return className === null ? `take the label from ${images}` : `label ${images} as ${className}`
}

/** A label that a person confirms becomes theirs; one that says the same already keeps its time. */
export function saysTheSame(before: StoredLabel | null, after: StoredLabel | null): boolean {
  if (before === null || after === null) return before === after
  return before.classId === after.classId && before.origin === after.origin && before.who === after.who
}
