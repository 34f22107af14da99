import * as tf from '@tensorflow/tfjs-core'
import type { Mix } from '../batches/mix-images.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { disposeFolded, foldFilters } from '../network/folded-filters.ts'
import { applyStatistics, forwardTrain } from '../network/forward.ts'
import type { TrainOutput } from '../network/forward.ts'
import type { Network } from '../network/graph.ts'
import type { StatisticUpdate } from '../network/node-operations.ts'
import { trainableSpecs } from '../network/parameter-specs.ts'
import { parameterOf } from '../network/parameters.ts'
import type { Parameters } from '../network/parameters.ts'
import { crossEntropySum, targetsOf } from './loss.ts'
import { createOptimizer } from './optimizer.ts'
import type { Optimizer } from './optimizer.ts'

export type LearnerSettings = Pick<
  Recipe,
  | 'momentum'
  | 'weightDecay'
  | 'headLearningRateMultiplier'
  | 'trainableFrom'
  | 'lossReduction'
  | 'labelSmoothing'
  | 'inputSizePx'
>

/** What the device computes at once: normalised pixels, [images, side, side, 3], and labels. */
export interface LabelledInput {
  /** A tensor is disposed of. */
  readonly pixels: Float32Array | tf.Tensor4D
  readonly classIndices: readonly number[]
  /** How the pixels were blended, where they were. */
  readonly mix?: Mix | null
}

/**
 * Takes updates over batches that are given in parts. The sum of the parts' gradients is the gradient of the batch: only
 * batch normalisation sees each part for itself. The running statistics move with the update, by each part in order.
 */
export interface Learner {
  readonly optimizer: Optimizer
  /** Adds one part; gives its logits, [images, classes]. */
  add(input: LabelledInput): Promise<Float32Array>
  /** Takes the step over what was added, and moves the running statistics; nothing happens when that is nothing. */
  update(learningRate: number): void
  /** Forgets what was added since the last update. */
  abandon(): void
  dispose(): void
}

export function createLearner(
  { network, parameters }: { readonly network: Network; readonly parameters: Parameters },
  classWeights: readonly number[],
  settings: LearnerSettings,
): Learner {
  const trainable = trainableSpecs(network, settings.trainableFrom).map(({ name }) => ({
    name,
    variable: parameterOf(parameters, name),
  }))
  const optimizer = createOptimizer(network, parameters, settings)
  // What is not trained does not change.
  const folded = settings.trainableFrom === 'stem' ? undefined : foldFilters(network, parameters)
  let gradients = new Map<string, tf.Tensor>()
  let statistics: StatisticUpdate[] = []
  let weightTotal = 0

  function forget(): void {
    for (const tensor of [...gradients.values(), ...statistics.map(({ fresh }) => fresh)]) tensor.dispose()
    gradients = new Map()
    statistics = []
    weightTotal = 0
  }

  /** What the forward pass gives, and the gradients added to those that there are. */
  function forwardAndBack(x: tf.Tensor4D, { classIndices, mix = null }: Omit<LabelledInput, 'pixels'>) {
    const { trainableFrom, labelSmoothing } = settings
    let output: TrainOutput | null = null
    const sums = tf.tidy(() => {
      const targets = tf.tensor2d(targetsOf(classIndices, { classWeights, labelSmoothing, mix }), [
        classIndices.length,
        classWeights.length,
      ])
      const { grads } = tf.variableGrads(
        () => {
          output = forwardTrain(network, parameters, x, { trainableFrom, folded })
          for (const { fresh } of output.statistics) tf.keep(fresh)
          return crossEntropySum(tf.keep(output.logits), targets)
        },
        trainable.map(({ variable }) => variable),
      )
      return trainable.map(({ name, variable }) => {
        const gradient = grads[variable.name]
        if (gradient === undefined) throw new Error(`There is no gradient of ${name}.`)
        const sum = gradients.get(name)
        return tf.keep(sum ? tf.add(sum, gradient) : gradient)
      })
    })
    if (output === null) throw new Error('The forward pass did not run.')
    return { ...(output as TrainOutput), sums }
  }

  return {
    optimizer,
    async add({ pixels, classIndices, mix }) {
      const { inputSizePx: side } = settings
      const x = pixels instanceof tf.Tensor ? pixels : tf.tensor4d(pixels, [classIndices.length, side, side, 3])
      let made: ReturnType<typeof forwardAndBack>
      try {
        made = forwardAndBack(x, { classIndices, mix: mix ?? null })
      } finally {
        x.dispose()
      }
      const { logits, sums } = made
      statistics.push(...made.statistics)
      for (const sum of gradients.values()) sum.dispose()
      gradients = new Map(trainable.map(({ name }, index) => [name, sums[index] as tf.Tensor]))
      // Partners are the same images in another order, so the sum is the same with them.
      for (const classIndex of classIndices) weightTotal += classWeights[classIndex] ?? 0
      const values = await logits.data<'float32'>()
      logits.dispose()
      return values
    },
    update(learningRate) {
      applyStatistics(parameters, statistics)
      if (gradients.size > 0) {
        const isMean = settings.lossReduction === 'mean' && weightTotal > 0
        optimizer.update(gradients, { learningRate, gradientScale: isMean ? 1 / weightTotal : 1 })
      }
      forget()
    },
    abandon: forget,
    dispose() {
      forget()
      optimizer.dispose()
      if (folded) disposeFolded(folded)
    },
  }
}
