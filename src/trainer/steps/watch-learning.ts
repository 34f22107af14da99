import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { microBatches } from '../batches/micro-batches.ts'
import { readTrainingPixels } from '../batches/pixel-source.ts'
import { sampleOrder } from '../batches/sample-order.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { softmax } from '../evaluation/probabilities.ts'
import { readPixelsThroughKept } from '../evaluation/read-pixels.ts'
import type { OpenBackbone } from '../open-backbone.ts'
import { adaptStatistics } from './adapt-statistics.ts'
import { collectFeatures } from './cache-features.ts'
import { createPassingCache } from './feature-cache.ts'
import { fitHead, type FittedHead } from './fit-head.ts'
import { assignHead } from './fit-output-layer.ts'
import { featuresThroughCache, headWidth } from './infer-through-cache.ts'
import { createLearner, type Learner } from './learner.ts'
import { learnerInput } from './learner-input.ts'
import { classWeightsOf } from './loss.ts'
import { chooseMicroBatchSize, withMicroBatchSize } from './micro-batch-size.ts'
import { lastOf, selectRows } from './out-of-sample.ts'
import { roomForPictures } from './room-for-pictures.ts'
import { learningRateAt } from './schedule.ts'

export interface WatchOptions {
  readonly recipe: Recipe
  readonly imageFolder: string
  /** How strongly the head is held back that learning begins from. */
  readonly strength: number
  readonly signal: AbortSignal
}

export interface LearningProgress {
  readonly done: number
  readonly total: number
}

/** Of the passes; in the first ones the network only comes to itself. */
const unwatchedRatio = 0.25

/**
 * What a network says of each image while it learns their labels, [entries, classes]: the mean of its probabilities over the
 * passes, each said before the update that the image takes part in. A label that others contradict is learnt late or
 * never, which is the evidence of Pleiss et al. 2020, "Identifying Mislabeled Data using the Area Under the Margin
 * Ranking". Null where an image could not be read. Trains the network that is open. Errors: not-finite, out-of-memory.
 */
export async function* watchLearning(
  opened: OpenBackbone,
  entries: readonly DatasetEntry[],
  options: WatchOptions,
): AsyncGenerator<LearningProgress, (Float32Array<ArrayBuffer> | null)[]> {
  const { network, parameters, active } = opened
  const { recipe, imageFolder, signal } = options
  const microBatchSize = await chooseMicroBatchSize({ network, parameters, recipe, device: active })
  const total = recipe.epochs * entries.length
  yield { done: 0, total }
  const pictures = roomForPictures()
  await adaptStatistics(opened, entries, { recipe, imageFolder, microBatchSize, pictures, signal })
  assignHead(opened, await fitStart(opened, entries, { ...options, pictures }))
  const counts = new Array<number>(network.classCount).fill(0)
  for (const { classIndex } of entries) counts[classIndex] = (counts[classIndex] ?? 0) + 1
  const learner = createLearner(opened, classWeightsOf(recipe.classWeights, counts), recipe)
  const heard = new Map(entries.map(({ imageId }) => [imageId, newHeard(network.classCount)]))
  const stepCount = Math.ceil(entries.length / recipe.batchSize)
  try {
    let done = 0
    for (let epoch = 1; epoch <= recipe.epochs; epoch += 1) {
      const isWatched = epoch > recipe.epochs * unwatchedRatio
      const view = { imageFolder, recipe, epoch }
      const parts = microBatches(sampleOrder(entries, { seed: recipe.seed, epoch }), {
        ...{ batchSize: recipe.batchSize, microBatchSize, firstStep: 0, signal },
        read: (entry) => readTrainingPixels(entry, view, pictures),
      })
      for await (const { images, problems, step, last } of parts) {
        // Messages, such as the one that asks to stop, come in between two parts only.
        await turn()
        signal.throwIfAborted()
        const answers = await learnPart(opened, learner, images)
        if (isWatched) for (const { imageId, probabilities } of answers) hear(heard.get(imageId), probabilities)
        if (last) learner.update(learningRateAt(recipe, (epoch - 1) * stepCount + step, recipe.epochs * stepCount))
        done += images.length + problems.length
        yield { done, total }
      }
    }
  } catch (thrown) {
    throw withMicroBatchSize(thrown, { microBatchSize, keptPictures: false })
  } finally {
    learner.dispose()
    pictures.clear()
  }
  return entries.map(({ imageId }) => meanOf(heard.get(imageId)))
}

/** A head for the features under the statistics of now. */
async function fitStart(
  opened: OpenBackbone,
  entries: readonly DatasetEntry[],
  { recipe, imageFolder, strength, signal, pictures }: WatchOptions & { readonly pictures: KeptPictures },
): Promise<FittedHead> {
  const { network, preprocessing } = opened
  const cache = createPassingCache()
  const items = entries.map((entry) => ({ ...entry, file: join(imageFolder, entry.path) }))
  const read = (item: (typeof items)[number]) => readPixelsThroughKept(item, preprocessing, pictures)
  const options = { cache, read, batchSize: inferenceBatchSize(preprocessing.cropPx), signal }
  for await (const { results } of featuresThroughCache(opened, items, options)) void results
  const seen = collectFeatures(entries, cache, headWidth(network))
  return lastOf(
    fitHead(seen, selectRows(seen, []), {
      classWeights: new Array<number>(network.classCount).fill(1),
      labelSmoothing: recipe.labelSmoothing,
      strengths: [strength],
      signal,
    }),
  )
}

/** What the network says of the images of a part before it learns from them; nothing of a single one, which has no statistics. */
async function learnPart(
  opened: OpenBackbone,
  learner: Learner,
  images: Parameters<typeof learnerInput>[1],
): Promise<{ imageId: ImageId; probabilities: number[] }[]> {
  if (images.length < 2) return []
  const logits = await learner.add(learnerInput(opened, images, { mix: null, augmenter: null }))
  if (!logits.every(Number.isFinite)) throw notFinite()
  const { classCount } = opened.network
  return images.map(({ entry: { imageId } }, row) => ({
    imageId,
    probabilities: softmax(logits.subarray(row * classCount, (row + 1) * classCount)),
  }))
}

interface Heard {
  readonly sums: Float64Array
  count: number
}

function newHeard(classCount: number): Heard {
  return { sums: new Float64Array(classCount), count: 0 }
}

function hear(heard: Heard | undefined, probabilities: readonly number[]): void {
  if (heard === undefined) return
  heard.count += 1
  probabilities.forEach((probability, index) => {
    heard.sums[index] = (heard.sums[index] ?? 0) + probability
  })
}

function meanOf(heard: Heard | undefined): Float32Array<ArrayBuffer> | null {
  return heard === undefined || heard.count === 0 ? null : Float32Array.from(heard.sums, (sum) => sum / heard.count)
}

function notFinite(): AppError {
  return new AppError(
    'not-finite',
    said`The network's numbers were no longer finite while it learned the labels. Check them without training.`,
  )
}
