import type { Edit } from '../../../shared/contract/labels.ts'
import type { ClassId } from '../../../shared/domain/ids.ts'
import { ClassId as ClassIdSchema } from '../../../shared/domain/ids.ts'
import { classKeys } from '../../../shared/domain/label.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { WritableDb } from '../database/handles.ts'
import { groupLabelChanges, type LabelChange, type StoredClass } from './change.ts'
import { assertNameIsFree, getClass, nextClassId, readClasses } from './class-repository.ts'
import { recordEdit } from './edit-history.ts'
import { readLabelsOfClass } from './label-repository.ts'
import { newClasses } from './new-classes.ts'

/** Errors: conflict. */
export function createClass(tx: WritableDb, name: string, atMs: number): { classId: ClassId; edit: Edit } {
  assertNameIsFree(tx, name)
  const made = newClasses([name], readClasses(tx), nextClassId(tx))
  const edit = recordEdit(tx, {
    description: `make the class "${name}"`,
    atMs,
    change: { classes: made.map((after) => ({ before: null, after })), labels: [] },
  })
  return { classId: ClassIdSchema.parse(made[0]?.id), edit }
}

/** Errors: not-found, conflict. */
export function renameClass(tx: WritableDb, { classId, name }: { classId: ClassId; name: string }, atMs: number): Edit {
  const before = getClass(tx, classId)
  if (before.name !== name) assertNameIsFree(tx, name)
  const description = `rename "${before.name}" to "${name}"`
  return changeClass(tx, { before, after: { ...before, name } }, { description, atMs })
}

/** Errors: not-found. */
export function recolourClass(
  tx: WritableDb,
  { classId, colour }: { classId: ClassId; colour: number },
  atMs: number,
): Edit {
  const before = getClass(tx, classId)
  return changeClass(tx, { before, after: { ...before, colour } }, { description: `recolour "${before.name}"`, atMs })
}

/** Gives a class a key, taken from another class where that has it, or none (null). Errors: not-found, conflict. */
export function setClassKey(
  tx: WritableDb,
  { classId, key }: { classId: ClassId; key: string | null },
  atMs: number,
): Edit {
  const before = getClass(tx, classId)
  if (key !== null && !classKeys.includes(key)) {
    throw new AppError('conflict', said`The key ${key.toUpperCase()} is a command of the Label page; choose another.`)
  }
  const owner = key === null ? undefined : readClasses(tx).find((one) => one.key === key && one.id !== classId)
  const classes = [
    ...(owner === undefined ? [] : [{ before: owner, after: { ...owner, key: null } }]),
    ...(before.key === key ? [] : [{ before, after: { ...before, key } }]),
  ]
  const what = key === null ? `free the key of "${before.name}"` : `give "${before.name}" the key ${key.toUpperCase()}`
  return recordEdit(tx, { description: what, atMs, change: { classes, labels: [] } })
}

/** Moves all labels of one class to another and removes it. Errors: not-found, conflict. */
export function mergeClasses(tx: WritableDb, { from, into }: { from: ClassId; into: ClassId }, atMs: number): Edit {
  if (from === into) throw new AppError('conflict', said`A class cannot be merged into itself.`)
  const before = getClass(tx, from)
  const target = getClass(tx, into)
  const labels = labelsOf(tx, from, into)
  return recordEdit(tx, {
    description: `merge "${before.name}" into "${target.name}"`,
    atMs,
    change: { classes: [{ before, after: null, successorId: into }], labels },
  })
}

/** Removes a class; its images become unlabelled. Errors: not-found. */
export function deleteClass(tx: WritableDb, classId: ClassId, atMs: number): Edit {
  const before = getClass(tx, classId)
  return recordEdit(tx, {
    description: `remove the class "${before.name}"`,
    atMs,
    change: { classes: [{ before, after: null }], labels: labelsOf(tx, classId, null) },
  })
}

function changeClass(
  tx: WritableDb,
  values: { readonly before: StoredClass; readonly after: StoredClass },
  edit: { readonly description: string; readonly atMs: number },
): Edit {
  const isSame = JSON.stringify(values.before) === JSON.stringify(values.after)
  return recordEdit(tx, { ...edit, change: { classes: isSame ? [] : [values], labels: [] } })
}

/** Who labelled and when stays: merging says nothing about the images. */
function labelsOf(tx: WritableDb, from: ClassId, into: ClassId | null): LabelChange[] {
  return groupLabelChanges(
    readLabelsOfClass(tx, from).map(({ imageId, label }) => ({
      imageId,
      before: label,
      after: into === null ? null : { ...label, classId: into },
    })),
  )
}
