import type { SplitCounts } from '../../../shared/domain/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { isToldByFolds } from './fold-groups.ts'
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

/** Judging a small set by folds, where it is done. */
const usualFoldsSeconds = 2

/** How often the finished model looks at an image. */
export const looksOf = ({ seesMirrored }: Recipe): number => (seesMirrored ? 2 : 1)

/** Seconds that a run takes with these costs; where it may stop early, all of its epochs. */
export function durationOf(recipe: Recipe, cost: RunCost, { counts, cachedRatio }: RunAmounts): number {
  const train = Math.min(counts.train, recipe.limit ?? Infinity)
  const { validation, test } = counts
  const { inferSecondsPerImage: infer, trainSecondsPerImage } = cost
  let seconds = cost.openSeconds ?? usualOpenSeconds + train * firstPassSecondsPerImage(recipe, cost)
  if (recipe.fitHeadFirst) {
    seconds += (train * recipe.views + validation) * (1 - cachedRatio) * infer
    if (isToldByFolds(recipe, counts)) seconds += usualFoldsSeconds + test * (1 - cachedRatio) * infer
    seconds += leastHeadSeconds + train * recipe.views * (cost.headSecondsPerImage ?? usualHeadSecondsPerImage)
  }
  const epochRestSeconds = cost.epochRestSeconds ?? validation * infer
  seconds += recipe.epochs * (train * (trainSecondsPerImage ?? 0) + epochRestSeconds)
  return seconds + (validation + test) * infer * looksOf(recipe)
}

/**
 * Of the first pass, beside training: where no features were computed of the pictures before, or the device keeps them itself, it
 * decodes what is kept from then on. What looking at an image takes includes that. A run that has ended has told it.
 */
function firstPassSecondsPerImage({ epochs, fitHeadFirst }: Recipe, cost: RunCost): number {
  const isDecodedBefore = fitHeadFirst && cost.device !== 'webgpu'
  return epochs === 0 || isDecodedBefore ? 0 : cost.inferSecondsPerImage
}
