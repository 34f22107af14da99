import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../src/shared/domain/backbone.ts'
import { forwardTrain } from '../../src/trainer/network/forward.ts'
import { trainableSpecs } from '../../src/trainer/network/parameter-specs.ts'
import { createParameters, disposeParameters, parameterOf } from '../../src/trainer/network/parameters.ts'
import { crossEntropySum, targetsOf } from '../../src/trainer/steps/loss.ts'
import { drawGoldenWeights } from './golden.ts'
import { drawn } from './same-numbers.ts'
import { buildThinResnet } from './thin/thin-resnet.ts'

export interface ThinNetwork {
  readonly architecture: Architecture
  /** Every number of channels but the image's is divided by it and rounded up. */
  readonly divisor: number
  readonly sidePx: number
  readonly batch: number
  readonly classes: number
}

/** One step's loss, and its gradient by each parameter, from weights and pixels that `seed` draws. */
export function thinNetworkGradients(given: ThinNetwork, seed: number): tf.Tensor[] {
  const network = buildThinResnet(given.architecture, given.classes, given.divisor)
  const parameters = createParameters(network, { weights: drawGoldenWeights(network, seed), seed: 0 })
  const { batch, classes, sidePx } = given
  const labels = Array.from({ length: batch }, (_, image) => image % classes)
  const classWeights = Array.from({ length: classes }, () => 1)
  const targets = tf.tensor2d(targetsOf(labels, { classWeights, labelSmoothing: 0 }), [batch, classes])
  const x = drawn<tf.Rank.R4>([batch, sidePx, sidePx, 3], seed)
  const variables = trainableSpecs(network, 'stem').map(({ name }) => parameterOf(parameters, name))
  const { value, grads } = tf.variableGrads(
    () => crossEntropySum(forwardTrain(network, parameters, x, { trainableFrom: 'stem' }).logits, targets),
    variables,
  )
  const gradients = variables.map((variable) => grads[variable.name] as tf.Tensor)
  disposeParameters(parameters)
  return [value, ...gradients]
}
