import { setImmediate as turn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { microBatches } from '../batches/micro-batches.ts'
import { readTrainingPixels } from '../batches/pixel-source.ts'
import { sampleOrder } from '../batches/sample-order.ts'
import type { Classifier } from '../evaluation/classifier.ts'
import { applyStatistics, forwardTrain } from '../network/forward.ts'
import type { Network } from '../network/graph.ts'
import { learnerInput } from './learner-input.ts'

export interface AdaptOptions {
  readonly recipe: Recipe
  readonly imageFolder: string
  readonly microBatchSize: number
  /** Looked at first, and added to. */
  readonly pictures: KeptPictures | null
  readonly signal: AbortSignal
}

/** Whose mean the statistics become. Those that training moves by a tenth with each batch are hardly surer of it. */
const batchCount = 16
/** Beyond the passes of any run, so that these crops are of their own. */
const firstPass = 1_000_001

/**
 * Sets the running statistics of the stages that will be trained to those of the images that will be learnt from (Li et
 * al. 2016, "Revisiting Batch Normalization For Practical Domain Adaptation"); weights stay. Training normalises by its
 * batches: an output layer that was fitted under a backbone's old statistics would begin with losses so large that the
 * first updates ruin what is below it.
 */
export async function adaptStatistics(
  classifier: Pick<Classifier, 'network' | 'parameters' | 'preprocessing'>,
  entries: readonly DatasetEntry[],
  { recipe, imageFolder, microBatchSize, pictures, signal }: AdaptOptions,
): Promise<void> {
  const { network, parameters } = classifier
  const { seed, batchSize, trainableFrom, inputSizePx: side } = recipe
  let seen = 0
  for (let epoch = firstPass; seen < batchCount; epoch += 1) {
    const seenBefore = seen
    const parts = microBatches(sampleOrder(entries, { seed, epoch }), {
      ...{ batchSize, microBatchSize, firstStep: 0, signal },
      read: (entry) => readTrainingPixels(entry, { imageFolder, recipe, epoch }, pictures),
    })
    for await (const { images } of parts) {
      // Messages, such as the one that asks to stop, come in between two parts only.
      await turn()
      signal.throwIfAborted()
      // The statistics of one image alone mean nothing.
      if (images.length < 2) continue
      const { pixels } = learnerInput(classifier, images, { mix: null, augmenter: null })
      seen += 1
      const averaging = withMomentum(network, 1 / seen)
      tf.tidy(() => {
        const x = pixels instanceof tf.Tensor ? pixels : tf.tensor4d(pixels, [images.length, side, side, 3])
        applyStatistics(parameters, forwardTrain(averaging, parameters, x, { trainableFrom }).statistics)
      })
      if (seen === batchCount) break
    }
    // Nothing could be read: training will say so.
    if (seen === seenBefore) return
  }
}

/** With 1, 1/2, 1/3, ... the running statistics become the mean of those of the batches. */
function withMomentum(network: Network, momentum: number): Network {
  const nodes = network.nodes.map((node) => (node.kind === 'batchNorm' ? { ...node, momentum } : node))
  return { ...network, nodes }
}
