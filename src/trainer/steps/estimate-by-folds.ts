import type { FoldEstimate } from '../../shared/domain/metrics.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { wilsonInterval } from '../../shared/wilson-interval.ts'
import { indexOfLargest } from '../evaluation/probabilities.ts'
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
 * splits: nothing is chosen by it. Null where none was asked for, or a class has too few different images to be in each fold.
 */
export async function* estimateByFolds(
  { classWeights, job, world }: Pick<Session, 'classWeights' | 'job' | 'world'>,
  labelled: GroupedFeatures | null,
): AsyncGenerator<TrainerEvent, FoldEstimate | null> {
  if (labelled === null) return null
  const { groups, classIndices } = labelled
  const classCount = classWeights.length
  const differentOf = (wanted: number) => new Set(groups.filter((_, row) => classIndices[row] === wanted)).size
  if (classWeights.some((_, index) => differentOf(index) < foldCount)) return null
  const search = predictOutOfSample(labelled, {
    ...{ classWeights, groups, drawCount: 1 },
    labelSmoothing: job.recipe.labelSmoothing,
    seed: job.recipe.seed,
    signal: world.signal,
  })
  const imageCount = classIndices.length
  let next = await search.next()
  while (next.done !== true) {
    yield allSeen(imageCount)
    next = await search.next()
  }
  const { probabilities } = next.value
  const correctCount = classIndices.filter((label, row) => {
    return indexOfLargest(probabilities.subarray(row * classCount, (row + 1) * classCount)) === label
  }).length
  const accuracy = correctCount / imageCount
  // Copies are right or wrong together: they tell no more than one of them.
  const differentCount = new Set(groups).size
  return {
    ...{ foldCount, imageCount, correctCount, accuracy },
    accuracyInterval: wilsonInterval(accuracy * differentCount, differentCount),
  }
}

/** That the run is at work; how far, its images do not tell. */
function allSeen(imageCount: number): TrainerEvent {
  return {
    ...{ kind: 'step', phase: 'caching-features', done: imageCount, total: imageCount },
    ...{ loss: null, imagesPerSecond: null, secondsLeft: null, learningRate: null },
  }
}
