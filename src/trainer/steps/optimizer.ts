import * as tf from '@tensorflow/tfjs-core'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { sgdUpdate } from '../devices/sgd-update.ts'
import type { Network } from '../network/graph.ts'
import { toInsideLayout, toTorchLayout } from '../network/layout.ts'
import { trainableSpecs } from '../network/parameter-specs.ts'
import type { ParameterSpec } from '../network/parameter-specs.ts'
import { parameterOf } from '../network/parameters.ts'
import type { Parameters } from '../network/parameters.ts'
import type { Weight, WeightMap } from '../weights/weight-map.ts'

export type OptimizerSettings = Pick<
  Recipe,
  'momentum' | 'weightDecay' | 'headLearningRateMultiplier' | 'trainableFrom'
>

/** Stochastic gradient descent as torch takes it, in two groups: the output layer and the rest. */
export interface Optimizer {
  /** One update; gradients by parameter name. The head's rate is the multiple that the settings say. */
  update(gradients: ReadonlyMap<string, tf.Tensor>, rates: UpdateRates): void
  /** The momentum buffers in torch's layout by parameter name; empty without momentum. */
  readState(): Promise<WeightMap>
  /** Puts back what `readState` gave. */
  writeState(state: WeightMap): void
  dispose(): void
}

export interface UpdateRates {
  readonly learningRate: number
  /** What gradients are multiplied with first: 1 divided by the weights of their images, where they are to be a mean. */
  readonly gradientScale: number
}

interface Slot {
  readonly spec: ParameterSpec
  readonly parameter: tf.Variable
  /** v of torch.optim.SGD; null without momentum. */
  readonly buffer: tf.Variable | null
  readonly rateMultiplier: number
}

/**
 * Weight decay applies to all parameters, biases and batch normalisation included, as torch.optim.SGD does unless told
 * otherwise.
 */
export function createOptimizer(network: Network, parameters: Parameters, settings: OptimizerSettings): Optimizer {
  const slots = trainableSpecs(network, settings.trainableFrom).map((spec): Slot => {
    const parameter = parameterOf(parameters, spec.name)
    const buffer = settings.momentum === 0 ? null : tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false))
    return { spec, parameter, buffer, rateMultiplier: spec.stage === 'head' ? settings.headLearningRateMultiplier : 1 }
  })
  return {
    update(gradients, { learningRate, gradientScale }) {
      tf.tidy(() => {
        for (const slot of slots) {
          const gradient = gradients.get(slot.spec.name)
          if (gradient === undefined) throw new Error(`There is no gradient of ${slot.spec.name}.`)
          const { weightDecay, momentum } = settings
          const rate = learningRate * slot.rateMultiplier
          sgdUpdate({ ...slot, gradient }, { learningRate: rate, gradientScale, weightDecay, momentum })
        }
      })
    },
    async readState() {
      const state = new Map<string, Weight>()
      for (const { spec, buffer } of slots) {
        if (buffer) state.set(spec.name, toTorchLayout(spec, await buffer.data<'float32'>()))
      }
      return state
    },
    writeState(state) {
      tf.tidy(() => {
        for (const { spec, buffer } of slots) {
          if (buffer === null) continue
          const weight = state.get(spec.name)
          if (weight === undefined) throw new Error(`The checkpoint has no momentum of ${spec.name}.`)
          const inside = toInsideLayout(spec, weight.values)
          buffer.assign(tf.tensor(inside.values, inside.shape, 'float32'))
        }
      })
    },
    dispose() {
      for (const { buffer } of slots) buffer?.dispose()
    },
  }
}
