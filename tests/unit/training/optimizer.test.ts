import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import type { Network } from '../../../src/trainer/network/graph.ts'
import { createParameters, disposeParameters, parameterOf } from '../../../src/trainer/network/parameters.ts'
import { createOptimizer } from '../../../src/trainer/steps/optimizer.ts'
import type { OptimizerSettings } from '../../../src/trainer/steps/optimizer.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'

beforeAll(usePlainBackend)

/** One normalisation below the head, so that there is a parameter in each group. */
const network: Network = {
  architecture: 'resnet18',
  classCount: 2,
  output: 'fc',
  nodes: [
    {
      kind: 'batchNorm',
      id: 'bn1',
      name: 'bn1',
      input: 'input',
      stage: 'stem',
      channels: 3,
      epsilon: 1e-5,
      momentum: 0.1,
    },
    { kind: 'globalAveragePool', id: 'avgpool', input: 'bn1', stage: 'layer4' },
    { kind: 'dense', id: 'fc', name: 'fc', input: 'avgpool', stage: 'head', inFeatures: 3, outFeatures: 2 },
  ],
}

const names = ['bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias']

/** torch.optim.SGD in plain numbers: d = g + wd p; v = m v + d; p -= lr v. */
function torchSteps(start: number, gradients: readonly number[], rate: number, settings: OptimizerSettings): number {
  let [parameter, velocity] = [start, 0]
  for (const gradient of gradients) {
    velocity = settings.momentum * velocity + gradient + settings.weightDecay * parameter
    parameter -= rate * velocity
  }
  return parameter
}

for (const momentum of [0, 0.9]) {
  test(`takes torch's steps in two groups with momentum ${momentum}, on biases and norms too`, async () => {
    const settings = { momentum, weightDecay: 0.1, headLearningRateMultiplier: 10, trainableFrom: 'stem' } as const
    const parameters = createParameters(network, { weights: null, seed: 3 })
    const optimizer = createOptimizer(network, parameters, settings)
    const starts = new Map(names.map((name) => [name, parameterOf(parameters, name).dataSync().slice()]))
    const steps = [1, -0.5, 0.25, 0.75]
    for (const value of steps) {
      const gradients = new Map(names.map((name) => [name, tf.fill(parameterOf(parameters, name).shape, 4 * value)]))
      optimizer.update(gradients, { learningRate: 0.02, gradientScale: 0.25 })
      for (const gradient of gradients.values()) gradient.dispose()
    }
    for (const name of names) {
      const rate = name.startsWith('fc') ? 0.2 : 0.02
      const now = await parameterOf(parameters, name).data()
      starts.get(name)?.forEach((start, index) => {
        expect(now[index]).toBeCloseTo(torchSteps(start, steps, rate, settings), 5)
      })
    }
    optimizer.dispose()
    disposeParameters(parameters)
    expect(tf.memory().numTensors).toBe(0)
  })
}

test('its state is read and put back by torch names and layout', async () => {
  const settings = { momentum: 0.5, weightDecay: 0, headLearningRateMultiplier: 1, trainableFrom: 'head' } as const
  const parameters = createParameters(network, { weights: null, seed: 3 })
  const optimizer = createOptimizer(network, parameters, settings)
  const gradient = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
  const bias = tf.tensor1d([7, 8])
  optimizer.update(
    new Map<string, tf.Tensor>([
      ['fc.weight', gradient],
      ['fc.bias', bias],
    ]),
    { learningRate: 0.1, gradientScale: 1 },
  )
  const state = await optimizer.readState()
  expect([...state.keys()]).toEqual(['fc.weight', 'fc.bias'])
  expect(state.get('fc.weight')).toEqual({ shape: [2, 3], values: Float32Array.from([1, 3, 5, 2, 4, 6]) })
  const other = createOptimizer(network, parameters, settings)
  other.writeState(state)
  expect(await other.readState()).toEqual(state)
  for (const disposable of [optimizer, other, gradient, bias]) disposable.dispose()
  disposeParameters(parameters)
  expect(tf.memory().numTensors).toBe(0)
})
