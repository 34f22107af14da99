import { setImmediate as turn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { microBatches } from '../batches/micro-batches.ts'
import { readTrainingPixels } from '../batches/pixel-source.ts'
import { sampleOrder } from '../batches/sample-order.ts'
import type { Classifier } from '../evaluation/classifier.ts'
import { applyStatistics, forwardTrain } from '../network/forward.ts'
import { learnerInput } from './learner-input.ts'

export interface AdaptOptions {
  readonly recipe: Recipe
  readonly imageFolder: string
  readonly microBatchSize: number
  readonly signal: AbortSignal
}

/** Each moves the running statistics by a tenth of the way; of where they began, a seventieth is left. */
const batchCount = 40
/** Beyond the passes of any run, so that these crops are of their own. */
const firstPass = 1_000_001

/**
 * Moves the running statistics of the stages that will be trained to those of the images that will be learnt from (Li et
 * al. 2016, "Revisiting Batch Normalization For Practical Domain Adaptation"); weights stay. Training normalises by its
 * batches: an output layer that was fitted under a backbone's old statistics would begin with losses so large that the
 * first updates ruin what is below it.
 */
export async function adaptStatistics(
  classifier: Pick<Classifier, 'network' | 'parameters' | 'preprocessing'>,
  entries: readonly DatasetEntry[],
  { recipe, imageFolder, microBatchSize, signal }: AdaptOptions,
): Promise<void> {
  const { network, parameters } = classifier
  const { seed, batchSize, trainableFrom, inputSizePx: side } = recipe
  let left = batchCount
  for (let epoch = firstPass; left > 0; epoch += 1) {
    const leftBefore = left
    const parts = microBatches(sampleOrder(entries, { seed, epoch }), {
      ...{ batchSize, microBatchSize, firstStep: 0, signal },
      read: (entry) => readTrainingPixels(entry, { imageFolder, recipe, epoch }),
    })
    for await (const { images } of parts) {
      // Messages, such as the one that asks to stop, come in between two parts only.
      await turn()
      signal.throwIfAborted()
      // The statistics of one image alone mean nothing.
      if (images.length < 2) continue
      const { pixels } = learnerInput(classifier, images, { mix: null, augmenter: null })
      tf.tidy(() => {
        const x = pixels instanceof tf.Tensor ? pixels : tf.tensor4d(pixels, [images.length, side, side, 3])
        applyStatistics(parameters, forwardTrain(network, parameters, x, { trainableFrom }).statistics)
      })
      left -= 1
      if (left === 0) break
    }
    // Nothing could be read: training will say so.
    if (left === leftBefore) return
  }
}
