import { z } from 'zod'
import { LabelOrigin } from '../../../shared/domain/label.ts'

/** A row of the table `class`. */
export const StoredClass = z.strictObject({
  id: z.int().positive(),
  name: z.string(),
  colour: z.int(),
  key: z.string().nullable(),
})
export type StoredClass = z.infer<typeof StoredClass>

export const StoredLabel = z.strictObject({
  classId: z.int().positive(),
  origin: LabelOrigin,
  who: z.string(),
  assignedAtMs: z.number(),
})
export type StoredLabel = z.infer<typeof StoredLabel>

/** Images that had the same label, or none, and have the same after. */
export const LabelChange = z.strictObject({
  before: StoredLabel.nullable(),
  after: StoredLabel.nullable(),
  imageIds: z.array(z.int().positive()),
})
export type LabelChange = z.infer<typeof LabelChange>

export const ClassChange = z.strictObject({
  before: StoredClass.nullable(),
  after: StoredClass.nullable(),
  /** Where its images go when the class is removed: models that knew it mean that one from then on. */
  successorId: z.int().positive().optional(),
})
export type ClassChange = z.infer<typeof ClassChange>

/** Images whose mark "skipped" was set or taken away: all had it otherwise before. */
export const SkipChange = z.strictObject({ isSkipped: z.boolean(), imageIds: z.array(z.int().positive()) })
export type SkipChange = z.infer<typeof SkipChange>

/** Images whose label a person has called right, or no longer: all had it otherwise before. */
export const ConfirmChange = z.strictObject({ isConfirmed: z.boolean(), imageIds: z.array(z.int().positive()) })
export type ConfirmChange = z.infer<typeof ConfirmChange>

/**
 * What an edit did, whatever kind it was: classes, labels and marks before and after. Undo is the same change backwards,
 * so a new kind of edit can always be undone.
 */
export const Change = z.strictObject({
  classes: z.array(ClassChange),
  labels: z.array(LabelChange),
  skips: z.array(SkipChange).default([]),
  confirms: z.array(ConfirmChange).default([]),
})
export type Change = z.infer<typeof Change>
/** Without what is found when it is made: another label takes the marks "skipped" and "confirmed" away. */
export type NewChange = z.input<typeof Change>

export function inverseOf(change: Change): Change {
  const turn = <Value>({ before, after }: { before: Value; after: Value }) => ({ before: after, after: before })
  return {
    classes: change.classes.map((one) => ({ ...one, ...turn(one) })),
    labels: change.labels.map(({ imageIds, ...values }) => ({ ...turn(values), imageIds })),
    skips: change.skips.map(({ isSkipped, imageIds }) => ({ isSkipped: !isSkipped, imageIds })),
    confirms: change.confirms.map(({ isConfirmed, imageIds }) => ({ isConfirmed: !isConfirmed, imageIds })),
  }
}

/** Gathers single label changes into groups of equal ones: the history stays small and its replay quick. */
export function groupLabelChanges(
  changes: Iterable<{
    readonly imageId: number
    readonly before: StoredLabel | null
    readonly after: StoredLabel | null
  }>,
): LabelChange[] {
  const groups = new Map<string, LabelChange>()
  for (const { imageId, before, after } of changes) {
    const key = JSON.stringify([before, after])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { before, after, imageIds: [imageId] })
    else group.imageIds.push(imageId)
  }
  return [...groups.values()]
}

export function imagesOf(change: NewChange): Set<number> {
  const parts = [...change.labels, ...(change.skips ?? []), ...(change.confirms ?? [])]
  return new Set(parts.flatMap(({ imageIds }) => imageIds))
}
