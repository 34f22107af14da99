import { z } from 'zod'
import { ClassId, ImageId } from './ids.ts'

/**
 * Why a label is doubted. `copy-differs`: the same or nearly the same picture has another label. `looks-like-another`:
 * by all other images it is of another class. `outlier`: it looks like none of them, whatever its label.
 */
export const DoubtReason = z.enum(['copy-differs', 'looks-like-another', 'outlier'])
export type DoubtReason = z.infer<typeof DoubtReason>

/** What the last check of the labels found wrong with one that is still as it was then. */
export const Doubt = z.strictObject({
  reason: DoubtReason,
  /** How doubtful: 0 not at all, 1 as doubtful as can be. */
  doubtRatio: z.number().min(0).max(1),
  /** What the other images say that it is. */
  likelyClassId: ClassId,
  /** By the other images. */
  labelProbability: z.number().min(0).max(1),
  likelyProbability: z.number().min(0).max(1),
  /** The copy that is labelled otherwise. */
  otherImageId: ImageId.nullable(),
})
export type Doubt = z.infer<typeof Doubt>
