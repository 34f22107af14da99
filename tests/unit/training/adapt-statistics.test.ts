import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { imagenetPreprocessing } from '../../../src/shared/domain/backbone.ts'
import { createKeptPictures } from '../../../src/imaging/kept-pictures.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { readTrainingPixels } from '../../../src/trainer/batches/pixel-source.ts'
import { sampleOrder } from '../../../src/trainer/batches/sample-order.ts'
import { forwardInfer } from '../../../src/trainer/network/forward.ts'
import type { Network, NetworkNode } from '../../../src/trainer/network/graph.ts'
import {
  createParameters,
  disposeParameters,
  parameterOf,
  readWeightMap,
} from '../../../src/trainer/network/parameters.ts'
import { adaptStatistics } from '../../../src/trainer/steps/adapt-statistics.ts'
import { learnerInput } from '../../../src/trainer/steps/learner-input.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'
import { createTrainingSet } from '../../support/training-set.ts'

beforeAll(usePlainBackend)

const norm = { epsilon: 1e-5, momentum: 0.1, channels: 4 }

/** A normalised convolution in each stage, and a head. */
const network: Network = {
  architecture: 'resnet18',
  classCount: 2,
  output: 'fc',
  nodes: [
    {
      ...{ kind: 'conv', id: 'conv1', name: 'conv1', input: 'input', stage: 'stem' },
      ...{ inChannels: 3, outChannels: 4, kernelPx: 3, stride: 2, paddingPx: 1 },
    } as const,
    { kind: 'batchNorm', id: 'bn1', name: 'bn1', input: 'conv1', stage: 'stem', ...norm },
    { kind: 'relu', id: 'relu', input: 'bn1', stage: 'stem' },
    { kind: 'maxPool', id: 'maxpool', input: 'relu', stage: 'stem', kernelPx: 3, stride: 2, paddingPx: 1 },
    ...(['layer1', 'layer2', 'layer3', 'layer4'] as const).flatMap((stage, at): NetworkNode[] => {
      const input = at === 0 ? 'maxpool' : `layer${at}.0.bn`
      return [
        {
          ...{ kind: 'conv', id: `${stage}.0.conv`, name: `${stage}.0.conv`, input, stage },
          ...{ inChannels: 4, outChannels: 4, kernelPx: 3, stride: 1, paddingPx: 1 },
        } as const,
        {
          kind: 'batchNorm',
          id: `${stage}.0.bn`,
          name: `${stage}.0.bn`,
          input: `${stage}.0.conv`,
          stage,
          ...norm,
        } as const,
      ]
    }),
    { kind: 'globalAveragePool', id: 'avgpool', input: 'layer4.0.bn', stage: 'head' },
    { kind: 'dense', id: 'fc', name: 'fc', input: 'avgpool', stage: 'head', inFeatures: 4, outFeatures: 2 },
  ],
}

test.each(['stem', 'layer3'] as const)(
  'statistics from %s on become those of the images; weights and stages below stay',
  async (trainableFrom) => {
    const own = await createTrainingSet({ train: 24, validation: 0, test: 0 })
    onTestFinished(() => own.remove())
    const parameters = createParameters(network, { weights: null, seed: 3 })
    onTestFinished(() => disposeParameters(parameters))
    const before = await readWeightMap(network, parameters)
    const recipe = { ...presets['fine-tune'], trainableFrom, inputSizePx: 32, resizePx: 36, batchSize: 12 }
    const preprocessing = { ...imagenetPreprocessing, cropPx: 32, resizePx: 36 }
    const tensorsBefore = tf.memory().numTensors
    await adaptStatistics({ network, parameters, preprocessing }, own.entries, {
      ...{ recipe, imageFolder: own.folder, microBatchSize: 12, pictures: null, signal: new AbortController().signal },
    })
    expect(tf.memory().numTensors).toBe(tensorsBefore)
    const after = await readWeightMap(network, parameters)
    const moved = [...after].filter(([name, { values }]) => {
      const old = before.get(name)?.values ?? []
      return values.some((value, at) => value !== old[at])
    })
    const trained = trainableFrom === 'stem' ? /^(bn1|layer\d\.0\.bn)\.running/ : /^layer[34]\.0\.bn\.running/
    expect(moved.map(([name]) => name).toSorted()).toEqual(
      [...after.keys()].filter((name) => trained.test(name)).toSorted(),
    )
    // A batch that is normalised by itself has mean 0 and deviation 1; under the statistics of such batches nearly so.
    const name = 'layer4.0.bn'
    const read = async (epoch: number) => {
      const options = { imageFolder: own.folder, recipe, epoch }
      return Promise.all(own.entries.map((entry) => readTrainingPixels(entry, options)))
    }
    const images = (await read(1)).flatMap(({ values }, at) => {
      const entry = own.entries[at]
      return values && entry ? [{ values, entry }] : []
    })
    const { pixels } = learnerInput({ preprocessing }, images, { mix: null, augmenter: null })
    const normalised = tf.tidy(() => {
      const x = tf.tensor4d(pixels as Float32Array, [images.length, 32, 32, 3])
      const { mean, variance } = tf.moments(forwardInfer(network, parameters, x, { until: name }), [0, 1, 2])
      return { mean: mean.dataSync(), deviation: tf.sqrt(variance).dataSync() }
    })
    for (const mean of normalised.mean) expect(Math.abs(mean)).toBeLessThan(0.3)
    for (const deviation of normalised.deviation) expect(Math.abs(deviation - 1)).toBeLessThan(0.3)
  },
)

test('statistics are the mean of those of sixteen batches, whatever the backbone had, and pictures are kept on the way', async () => {
  const own = await createTrainingSet({ train: 24, validation: 0, test: 0 })
  onTestFinished(() => own.remove())
  const recipe = { ...presets['fine-tune'], inputSizePx: 32, resizePx: 36, batchSize: 12 }
  const preprocessing = { ...imagenetPreprocessing, cropPx: 32, resizePx: 36 }
  const parameters = createParameters(network, { weights: null, seed: 3 })
  onTestFinished(() => disposeParameters(parameters))
  for (const name of ['bn1.running_mean', 'bn1.running_var']) {
    tf.tidy(() => parameterOf(parameters, name).assign(tf.fill([4], 1e6)))
  }
  const pictures = createKeptPictures(2 ** 24)
  await adaptStatistics({ network, parameters, preprocessing }, own.entries, {
    ...{ recipe, imageFolder: own.folder, microBatchSize: 12, pictures, signal: new AbortController().signal },
  })
  const weights = await readWeightMap(network, parameters)
  expect(pictures.count).toBe(own.entries.length)

  // What the first convolution makes of each batch: 24 images are two of them, sixteen are eight passes.
  const batches: Float32Array[] = []
  for (let pass = 0; pass < 8; pass += 1) {
    const epoch = 1_000_001 + pass
    const order = sampleOrder(own.entries, { seed: recipe.seed, epoch })
    for (const part of [order.slice(0, 12), order.slice(12)]) {
      const images = await Promise.all(
        part.map(async (entry) => ({
          entry,
          values:
            (await readTrainingPixels(entry, { imageFolder: own.folder, recipe, epoch })).values ?? new Uint8Array(),
        })),
      )
      const { pixels } = learnerInput({ preprocessing }, images, { mix: null, augmenter: null })
      const mean = tf.tidy(() => {
        const x = tf.tensor4d(pixels as Float32Array, [12, 32, 32, 3])
        const filter = parameterOf(parameters, 'conv1.weight') as tf.Tensor4D
        return tf.mean(tf.conv2d(x, filter, 2, 1), [0, 1, 2]).dataSync<'float32'>()
      })
      batches.push(mean)
    }
  }
  expect(batches).toHaveLength(16)
  const means = weights.get('bn1.running_mean')?.values ?? []
  means.forEach((value, channel) => {
    const expected = batches.reduce((sum, mean) => sum + (mean[channel] ?? NaN), 0) / 16
    expect(value).toBeCloseTo(expected, 5)
  })
})

test('where nothing can be read, nothing is waited for', async () => {
  const own = await createTrainingSet({ train: 4, validation: 0, test: 0 })
  await own.remove()
  const parameters = createParameters(network, { weights: null, seed: 3 })
  onTestFinished(() => disposeParameters(parameters))
  const before = await readWeightMap(network, parameters)
  const recipe = { ...presets['fine-tune'], inputSizePx: 32, resizePx: 36 }
  const preprocessing = { ...imagenetPreprocessing, cropPx: 32, resizePx: 36 }
  await adaptStatistics({ network, parameters, preprocessing }, own.entries, {
    ...{ recipe, imageFolder: own.folder, microBatchSize: 4, pictures: null, signal: new AbortController().signal },
  })
  expect(await readWeightMap(network, parameters)).toEqual(before)
})
