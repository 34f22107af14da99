import * as tf from '@tensorflow/tfjs-core'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { fusedKernels } from '../../src/trainer/devices/fused-kernels.ts'
import { batchNormTrain } from '../../src/trainer/network/batch-norm.ts'
import { crossEntropySum, targetsOf } from '../../src/trainer/steps/loss.ts'
import { isSoftware, presentDevices, runKernel, runsOn } from '../support/devices.ts'
import { convolved, type Padding, type Shape4D } from '../support/convolutions.ts'
import { drawn, expectSame, expectSameSums, largestDifference } from '../support/same-numbers.ts'
import { thinNetworkGradients, type ThinNetwork } from '../support/thin-network.ts'

/*
 * Shapes as pictures and recipes bring them: sides of 64 to 320, odd ones too, one image and short batches, channels that
 * fill no vector, up to 1,000 classes. They are drawn from a fixed seed, so that every device is given the same ones and
 * the plain backend, which is slow, computes them once.
 */
const seed = 2026

const present = await presentDevices()

const sides = fc.oneof(fc.constantFrom(64, 65, 97, 161, 224, 231, 319, 320), fc.integer({ min: 4, max: 64 }))
const channels = fc.constantFrom(1, 2, 3, 5, 9, 13, 17, 31, 33, 47, 65, 100)
const batches = fc.constantFrom(1, 2, 3, 5)

interface Convolution {
  readonly batch: number
  readonly side: number
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
}

/** What the plain backend multiplies in some hundredths of a second. */
const multiplicationsMax = 2e6

function multiplicationsOf({ batch, side, inputs, outputs, kernel, stride }: Convolution): number {
  return batch * (side / stride) ** 2 * kernel ** 2 * inputs * outputs
}

const convolution: fc.Arbitrary<Convolution> = fc
  .record({
    batch: batches,
    side: sides,
    inputs: channels,
    outputs: channels,
    kernel: fc.constantFrom(1, 3, 7),
    stride: fc.constantFrom(1, 2),
  })
  .filter((shape) => multiplicationsOf(shape) <= multiplicationsMax)

const colourful = { batch: 1, inputs: 3, outputs: 5, kernel: 7, stride: 2 }
const stems: [Convolution][] = [65, 97, 161].map((side) => [{ ...colourful, side }])
const large: [Convolution][] = [231, 319, 320].map((side) => [{ ...colourful, outputs: 1, side }])

/** About as many numbers as the plain backend normalises in some hundredths of a second. */
const valuesMax = 1e5

const images = fc
  .record({ batch: batches, side: sides, channels })
  .filter(({ batch, side, channels }) => batch * side ** 2 * channels <= valuesMax)

const thinNetworks: readonly ThinNetwork[] = [
  { architecture: 'resnet18', divisor: 16, sidePx: 65, batch: 3, classes: 2 },
  { architecture: 'resnet18', divisor: 16, sidePx: 65, batch: 1, classes: 2 },
  { architecture: 'resnet18', divisor: 9, sidePx: 64, batch: 2, classes: 11 },
  { architecture: 'resnet18', divisor: 22, sidePx: 231, batch: 1, classes: 5 },
  { architecture: 'resnet50', divisor: 20, sidePx: 97, batch: 2, classes: 1000 },
]

describe.each(present.map((device) => [device.id, device] as const))('on %s', (_id, device) => {
  let active: ActiveDevice
  beforeAll(async () => {
    active = await device.activate({ threads: null, precision: 'float32' })
  })
  afterAll(() => active.dispose())

  test('convolutions with the paddings of torch and their gradients', async () => {
    const agrees = fc.asyncProperty(convolution, async (shape) => {
      const { batch, side, inputs, outputs, kernel, stride } = shape
      const around: [number, number] = [(kernel - 1) / 2, (kernel - 1) / 2]
      const pad: Padding = [[0, 0], around, around, [0, 0]]
      const inputShape: Shape4D = [batch, side, side, inputs]
      const filterShape: Shape4D = [kernel, kernel, inputs, outputs]
      const given = { inputShape, filterShape, strides: [stride, stride] as [number, number], pad }
      await expectSameSums((drawn) => convolved(drawn, given), `convolution ${JSON.stringify(shape)}`)
    })
    await fc.assert(agrees, { seed, numRuns: runsOn(device, 30), examples: [...stems, ...large] })
  })

  test('normalisation by the batch, with and without ReLU, and its gradient', async () => {
    const agrees = fc.asyncProperty(images, fc.boolean(), async (shape, relu) => {
      await expectSame(
        () => {
          const x = tf.add(drawn<tf.Rank.R4>([shape.batch, shape.side, shape.side, shape.channels], 1), 0.5)
          const gamma = tf.add(tf.abs(drawn<tf.Rank.R1>([shape.channels], 2)), 0.5)
          const beta = tf.add(tf.abs(drawn<tf.Rank.R1>([shape.channels], 3)), 0.5)
          const attributes = { epsilon: 1e-5, relu }
          const plain = batchNormTrain({ x, gamma, beta }, { ...attributes, relu: false })
          const [y, mean, variance, inverseDeviation] = runKernel(
            fusedKernels.batchNormTrain,
            { x, gamma, beta },
            attributes,
          ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
          // Next to nothing flows where ReLU's input lies so near to 0 that rounding may decide its sign; and what flows
          // has a mean, so that sums over all places do not cancel down to rounding errors.
          const dy = tf.mul(tf.add(drawn<tf.Rank.R4>(plain.y.shape, 4), 1.5), plain.y)
          const given = { dy, x, gamma, mean, inverseDeviation, ...(relu ? { y } : {}) }
          return [y, mean, variance, inverseDeviation, ...runKernel(fusedKernels.batchNormTrainGrad, given, { relu })]
        },
        `normalisation ${JSON.stringify([shape, relu])}`,
      )
    })
    await fc.assert(agrees, { seed, numRuns: runsOn(device, 30) })
  })

  test('max pooling of 3 by 3 at every second pixel and its gradient', async () => {
    const agrees = fc.asyncProperty(images, async (shape) => {
      await expectSame(
        () => {
          const x = drawn<tf.Rank.R4>([shape.batch, shape.side, shape.side, shape.channels], 1)
          const y = tf.maxPool(x, 3, 2, 1)
          const dy = drawn<tf.Rank.R4>(y.shape, 2)
          const attrs = { filterSize: 3, strides: 2, pad: 1 }
          return [y, ...runKernel(tf.MaxPoolGrad, { dy, input: x, output: y }, attrs)]
        },
        `pooling ${JSON.stringify(shape)}`,
      )
    })
    await fc.assert(agrees, { seed, numRuns: runsOn(device, 20) })
  })

  test('output layers of 2 to 1,000 classes with their loss and all gradients', async () => {
    const heads = fc.record({
      batch: fc.integer({ min: 1, max: 33 }),
      features: fc.constantFrom(3, 31, 64, 100, 512),
      classes: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 41, max: 1000 })),
      labelSmoothing: fc.constantFrom(0, 0.1),
    })
    const agrees = fc.asyncProperty(heads, async (shape) => {
      const { batch, features, classes, labelSmoothing } = shape
      const labels = Array.from({ length: batch }, (_, image) => (image * 7) % classes)
      const classWeights = Array.from({ length: classes }, (_, index) => 1 + (index % 3) / 4)
      await expectSame(
        () => {
          const targets = tf.tensor2d(targetsOf(labels, { classWeights, labelSmoothing }), [batch, classes])
          const lossOf = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
            crossEntropySum(tf.add(tf.matMul(x, weight), bias), targets)
          const given = [
            drawn<tf.Rank.R2>([batch, features], 1),
            tf.div(drawn<tf.Rank.R2>([features, classes], 2), Math.sqrt(features)),
            drawn<tf.Rank.R1>([classes], 3),
          ]
          const { value, grads } = tf.valueAndGrads(lossOf)(given)
          return [value, ...grads]
        },
        `head ${JSON.stringify(shape)}`,
      )
    })
    const edges = [2, 10, 999, 1000].map((classes) => ({ batch: 4, features: 64, classes, labelSmoothing: 0 }))
    await fc.assert(agrees, { seed, numRuns: runsOn(device, 25), examples: edges.map((edge) => [edge]) })
  })

  // A card that is a program compiles each for half a minute; the golden steps go through a whole network there.
  test.each(isSoftware(device) ? [] : thinNetworks)(
    'a thin residual network and the gradients of all its parameters: %o',
    async (network) => {
      // Rounding may decide one of its 10,000s of ReLUs, and the gradients are another function's then; but not in each draw.
      const differences: number[] = []
      for (const draw of [seed, seed + 1, seed + 2]) {
        const compute = () => thinNetworkGradients(network, draw)
        differences.push(await largestDifference(compute, `network ${draw} ${JSON.stringify(network)}`))
        if ((differences.at(-1) ?? Number.NaN) <= 3e-4) break
      }
      if (differences.length > 1) console.log(`differences of draws: ${differences.join(', ')}`)
      expect(differences.at(-1)).toBeLessThanOrEqual(3e-4)
    },
  )
})
