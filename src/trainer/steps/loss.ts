import * as tf from '@tensorflow/tfjs-core'
import type { Mix } from '../batches/mix-images.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'

/** How much each class counts: 1, or inversely to its share of the images, 1 on average over the images. */
export function classWeightsOf(mode: Recipe['classWeights'], countsByClass: readonly number[]): number[] {
  if (mode === 'none') return countsByClass.map(() => 1)
  const total = countsByClass.reduce((sum, count) => sum + count, 0)
  const present = countsByClass.filter((count) => count > 0).length
  return countsByClass.map((count) => (count === 0 ? 0 : total / (present * count)))
}

export interface TargetOptions {
  readonly classWeights: readonly number[]
  readonly labelSmoothing: number
  /** Where images are blended, so are their targets. */
  readonly mix?: Mix | null
}

/**
 * What the logarithms of the probabilities are weighed with, [images, classes]: the label's share and the evenly
 * spread rest, each times the weight of its class, as torch's cross-entropy has it.
 */
export function targetsOf(
  classIndices: readonly number[],
  { classWeights, labelSmoothing, mix = null }: TargetOptions,
): Float32Array {
  const classCount = classWeights.length
  const targets = new Float32Array(classIndices.length * classCount)
  const add = (row: number, label: number | undefined, part: number) => {
    for (let index = 0; index < classCount; index += 1) {
      const share = (index === label ? 1 - labelSmoothing : 0) + labelSmoothing / classCount
      const at = row * classCount + index
      targets[at] = (targets[at] ?? 0) + part * share * (classWeights[index] ?? 0)
    }
  }
  classIndices.forEach((label, row) => {
    add(row, label, mix?.share ?? 1)
    if (mix !== null) add(row, classIndices[mix.partners[row] ?? row], 1 - mix.share)
  })
  return targets
}

/**
 * Cross-entropy summed over the batch, -sum(targets * log softmax(logits)), with its gradient in closed form:
 * softmax(logits) * sum of the row's targets - targets. Both are [images, classes].
 */
export function crossEntropySum(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const compute = tf.customGrad((x, save) => {
    const scores = x as tf.Tensor2D
    const logProbabilities = tf.logSoftmax(scores)
    if (typeof save === 'function') save([logProbabilities])
    return {
      value: tf.neg(tf.sum(tf.mul(targets, logProbabilities))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept] = saved
        if (kept === undefined) throw new Error('The probabilities were not kept for the gradient.')
        return tf.mul(dy, tf.sub(tf.mul(tf.exp(kept), tf.sum(targets, 1, true)), targets))
      },
    }
  })
  return compute(logits) as tf.Scalar
}
