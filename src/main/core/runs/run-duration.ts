import type { SplitCounts } from '../../../shared/domain/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { RunCost } from './remembered-costs.ts'

export interface RunAmounts {
  readonly counts: SplitCounts
  /** Of training and validation images, whose features an earlier run has left. */
  readonly cachedRatio: number
}

/** A trainer process, its self-test, weights that are read and written, and first steps that are slower than the rest. */
const usualOpenSeconds = 4
/** Fitting the output layer, all strengths of the penalty together: at least, and for the features of one image. */
export const leastHeadSeconds = 0.5
const usualHeadSecondsPerImage = 0.0003

/** How often the finished model looks at an image. */
export const looksOf = ({ seesMirrored }: Recipe): number => (seesMirrored ? 2 : 1)

/** Seconds that a run takes with these costs; where it may stop early, all of its epochs. */
export function durationOf(recipe: Recipe, cost: RunCost, { counts, cachedRatio }: RunAmounts): number {
  const train = Math.min(counts.train, recipe.limit ?? Infinity)
  const { validation, test } = counts
  const { inferSecondsPerImage: infer, trainSecondsPerImage } = cost
  let seconds = cost.openSeconds ?? usualOpenSeconds
  if (recipe.fitHeadFirst) {
    seconds += (train * recipe.views + validation) * (1 - cachedRatio) * infer
    seconds += leastHeadSeconds + train * recipe.views * (cost.headSecondsPerImage ?? usualHeadSecondsPerImage)
  }
  const epochRestSeconds = cost.epochRestSeconds ?? validation * infer
  seconds += recipe.epochs * (train * (trainSecondsPerImage ?? 0) + epochRestSeconds)
  return seconds + (validation + test) * infer * looksOf(recipe)
}
