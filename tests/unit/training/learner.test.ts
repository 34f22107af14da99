import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { normalOf, randomOf } from '../../../src/shared/random.ts'
import type { Network, NetworkNode } from '../../../src/trainer/network/graph.ts'
import {
  createParameters,
  disposeParameters,
  parameterOf,
  readWeightMap,
} from '../../../src/trainer/network/parameters.ts'
import type { Parameters } from '../../../src/trainer/network/parameters.ts'
import { createLearner } from '../../../src/trainer/steps/learner.ts'
import type { LabelledInput, LearnerSettings } from '../../../src/trainer/steps/learner.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'

beforeAll(usePlainBackend)

const side = 8

/** One convolution, with or without a normalisation, and a head. */
function smallNetwork(withNorm: boolean): Network {
  const norm: NetworkNode = {
    ...{ kind: 'batchNorm', id: 'bn1', name: 'bn1', input: 'conv1', stage: 'stem', channels: 4 },
    ...{ epsilon: 1e-5, momentum: 0.1 },
  } as const
  return {
    architecture: 'resnet18',
    classCount: 2,
    output: 'fc',
    nodes: [
      {
        ...{ kind: 'conv', id: 'conv1', name: 'conv1', input: 'input', stage: 'stem' },
        ...{ inChannels: 3, outChannels: 4, kernelPx: 3, stride: 1, paddingPx: 1 },
      } as const,
      ...(withNorm ? [norm] : []),
      { kind: 'relu', id: 'relu', input: withNorm ? 'bn1' : 'conv1', stage: 'stem' },
      { kind: 'globalAveragePool', id: 'avgpool', input: 'relu', stage: 'layer4' },
      { kind: 'dense', id: 'fc', name: 'fc', input: 'avgpool', stage: 'head', inFeatures: 4, outFeatures: 2 },
    ],
  }
}

const settings: LearnerSettings = {
  momentum: 0.9,
  weightDecay: 0.01,
  headLearningRateMultiplier: 3,
  trainableFrom: 'stem',
  lossReduction: 'mean',
  labelSmoothing: 0.1,
  inputSizePx: side,
}

interface Drawn extends LabelledInput {
  readonly pixels: Float32Array
}

function drawInput(count: number, key: number): Drawn {
  const normal = normalOf(randomOf(key))
  const valuesPerImage = side * side * 3
  const classIndices = Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 1 : 0))
  return { pixels: Float32Array.from({ length: count * valuesPerImage }, normal), classIndices }
}

function partOf({ pixels, classIndices }: Drawn, start: number, end: number): LabelledInput {
  const valuesPerImage = side * side * 3
  return {
    pixels: pixels.slice(start * valuesPerImage, end * valuesPerImage),
    classIndices: classIndices.slice(start, end),
  }
}

let parameters: Parameters

async function afterUpdates(
  network: Network,
  updates: readonly (readonly LabelledInput[])[],
  changes: Partial<LearnerSettings> = {},
): Promise<Map<string, number[]>> {
  const own = createParameters(network, { weights: null, seed: 5 })
  const learner = createLearner({ network, parameters: own }, [0.7, 1.6], { ...settings, ...changes })
  for (const parts of updates) {
    for (const part of parts) await learner.add(part)
    learner.update(0.05)
  }
  const weights = await readWeightMap(network, own)
  learner.dispose()
  disposeParameters(own)
  return new Map([...weights].map(([name, { values }]) => [name, [...values]]))
}

function expectClose(actual: Map<string, number[]>, expected: Map<string, number[]>): void {
  expect([...actual.keys()]).toEqual([...expected.keys()])
  for (const [name, values] of expected) {
    values.forEach((value, index) => expect(actual.get(name)?.[index], name).toBeCloseTo(value, 5))
  }
}

beforeEach(() => {
  parameters = createParameters(smallNetwork(true), { weights: null, seed: 1 })
})
afterEach(() => {
  disposeParameters(parameters)
  expect(tf.memory().numTensors).toBe(0)
})

describe('gradients summed over parts are those of the batch', () => {
  const input = drawInput(7, 1)
  const parts = [partOf(input, 0, 2), partOf(input, 2, 3), partOf(input, 3, 7)]

  for (const lossReduction of ['mean', 'sum'] as const) {
    test(`where nothing couples the images, with the ${lossReduction} of their losses`, async () => {
      const network = smallNetwork(false)
      const whole = await afterUpdates(network, [[input], [input]], { lossReduction })
      expectClose(await afterUpdates(network, [parts, parts], { lossReduction }), whole)
    })
  }

  test('where the normalisation is frozen', async () => {
    const network = smallNetwork(true)
    const changes = { trainableFrom: 'head' } as const
    expectClose(
      await afterUpdates(network, [parts, parts], changes),
      await afterUpdates(network, [[input], [input]], changes),
    )
  })

  test('and each part is normalised for itself otherwise', async () => {
    const network = smallNetwork(true)
    const whole = await afterUpdates(network, [[input]])
    const inParts = await afterUpdates(network, [parts])
    expect(inParts.get('bn1.running_mean')).not.toEqual(whole.get('bn1.running_mean'))
  })
})

test('a learning rate of 0 leaves every parameter as it is', async () => {
  const network = smallNetwork(true)
  const before = await readWeightMap(network, parameters)
  const learner = createLearner({ network, parameters }, [1, 1], settings)
  await learner.add(drawInput(4, 2))
  learner.update(0)
  const after = await readWeightMap(network, parameters)
  for (const name of ['conv1.weight', 'bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias']) {
    expect(after.get(name)).toEqual(before.get(name))
  }
  expect(after.get('bn1.running_mean')).not.toEqual(before.get('bn1.running_mean'))
  learner.dispose()
})

test('what is abandoned leaves no trace, not even in the running statistics', async () => {
  const network = smallNetwork(true)
  const learner = createLearner({ network, parameters }, [1, 1], settings)
  await learner.add(drawInput(4, 2))
  learner.update(0.1)
  const before = await readWeightMap(network, parameters)
  await learner.add(drawInput(4, 3))
  await learner.add(drawInput(3, 4))
  learner.abandon()
  expect(await readWeightMap(network, parameters)).toEqual(before)
  learner.dispose()
})

test('running statistics move by a tenth towards those of each part in turn, the variance as torch remembers it', async () => {
  const network = smallNetwork(true)
  const parts = [drawInput(4, 2), drawInput(3, 3)]
  const expected = { mean: [0, 0, 0, 0], variance: [1, 1, 1, 1] }
  for (const { pixels, classIndices } of parts) {
    const { mean, variance } = await momentsOf(pixels, classIndices.length)
    const count = classIndices.length * side ** 2
    expected.mean = expected.mean.map((value, index) => 0.9 * value + 0.1 * (mean[index] ?? 0))
    expected.variance = expected.variance.map(
      (value, index) => 0.9 * value + (0.1 * (variance[index] ?? 0) * count) / (count - 1),
    )
  }
  const learner = createLearner({ network, parameters }, [1, 1], settings)
  for (const part of parts) await learner.add(part)
  learner.update(0)
  const after = await readWeightMap(network, parameters)
  learner.dispose()
  const movedTo = (name: string) => [...(after.get(`bn1.${name}`)?.values ?? [])]
  for (const [name, values] of [
    ['running_mean', expected.mean],
    ['running_var', expected.variance],
  ] as const)
    values.forEach((value, channel) => expect(movedTo(name)[channel], name).toBeCloseTo(value, 5))
})

/** Of what the convolution gives, per channel; the variance divided by the count. */
async function momentsOf(pixels: Float32Array, images: number) {
  const moments = tf.tidy(() => {
    const x = tf.tensor4d(pixels, [images, side, side, 3])
    return tf.moments(tf.conv2d(x, parameterOf(parameters, 'conv1.weight') as tf.Tensor4D, 1, 1), [0, 1, 2])
  })
  const [mean, variance] = await Promise.all([moments.mean.data(), moments.variance.data()])
  tf.dispose([moments.mean, moments.variance])
  return { mean, variance }
}

test('an update without images changes nothing', async () => {
  const network = smallNetwork(true)
  const learner = createLearner({ network, parameters }, [1, 1], settings)
  const before = await readWeightMap(network, parameters)
  learner.update(0.1)
  expect(await readWeightMap(network, parameters)).toEqual(before)
  learner.dispose()
})

test('no step leaves a tensor behind', async () => {
  const network = smallNetwork(true)
  const learner = createLearner({ network, parameters }, [1, 1], settings)
  const counts: number[] = []
  for (let step = 0; step < 4; step += 1) {
    await learner.add(drawInput(3, step))
    await learner.add(drawInput(2, step))
    learner.update(0.01)
    counts.push(tf.memory().numTensors)
  }
  expect(new Set(counts).size).toBe(1)
  learner.dispose()
})
