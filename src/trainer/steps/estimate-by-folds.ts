import { setImmediate as turn } from 'node:timers/promises'
import type { FoldEstimate } from '../../shared/domain/metrics.ts'
import { wilsonInterval } from '../../shared/wilson-interval.ts'
import type { LabelledFeatures } from './fit-head.ts'
import { foldCount, predictOutOfSample } from './out-of-sample.ts'
import type { Session } from './session.ts'

/** What the output layer sees of images, of whatever split. */
export interface GroupedFeatures extends LabelledFeatures {
  /** Of each row: copies have the same number. */
  readonly groups: readonly number[]
}

/**
 * How often an output layer is right about images that it was not fitted to, by five-fold cross-validation over the images of all
 * splits: nothing is chosen by it. Null where none was asked for, or a class is too rare to be in each fold.
 */
export async function estimateByFolds(
  { classWeights, job, world }: Pick<Session, 'classWeights' | 'job' | 'world'>,
  labelled: GroupedFeatures | null,
): Promise<FoldEstimate | null> {
  if (labelled === null) return null
  const { groups, classIndices } = labelled
  const classCount = classWeights.length
  const countOf = (wanted: number) => classIndices.filter((index) => index === wanted).length
  if (classWeights.some((_, index) => countOf(index) < foldCount)) return null
  const search = predictOutOfSample(labelled, {
    ...{ classWeights, groups, drawCount: 1 },
    labelSmoothing: job.recipe.labelSmoothing,
    seed: job.recipe.seed,
    signal: world.signal,
  })
  let next = await search.next()
  while (next.done !== true) {
    // A wish to stop comes in between two fits.
    await turn()
    next = await search.next()
  }
  const { probabilities } = next.value
  const correctCount = classIndices.filter((label, row) => {
    const own = probabilities.subarray(row * classCount, (row + 1) * classCount)
    return own.indexOf(Math.max(...own)) === label
  }).length
  const imageCount = classIndices.length
  return {
    ...{ foldCount, imageCount, correctCount },
    accuracy: correctCount / imageCount,
    accuracyInterval: wilsonInterval(correctCount, imageCount),
  }
}
