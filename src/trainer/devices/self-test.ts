import { performance } from 'node:perf_hooks'
import * as tf from '@tensorflow/tfjs-core'
import type { DeviceReport } from '../../shared/domain/device.ts'
import { selfTestReference } from './self-test-reference.ts'

type SelfTest = NonNullable<DeviceReport['selfTest']>

/**
 * Float32 sums in another order, and fused multiply-add, move this step by about 1e-6; a wrong kernel moves it by 1e-2
 * or more.
 */
const tolerance = 1e-4

/**
 * One tiny training step on tfjs's current backend, compared with PyTorch's numbers for it. It touches every operation
 * that training a residual network does: convolutions of stride 1 and 2 with symmetric padding, batch normalisation,
 * ReLU, max pooling, a shortcut, global pooling, a dense layer, summed cross-entropy and SGD in two groups.
 */
export async function runSelfTest(): Promise<SelfTest> {
  const startedAt = performance.now()
  const updated = await tinyTrainingStep()
  const relativeError = relativeDifference(updated, selfTestReference)
  return {
    passed: relativeError <= tolerance,
    relativeError: Number.isFinite(relativeError) ? relativeError : Number.MAX_VALUE,
    tolerance,
    durationMs: performance.now() - startedAt,
  }
}

const parameterShapes = {
  stem: [3, 3, 3, 4],
  stemGamma: [4],
  stemBeta: [4],
  down: [3, 3, 4, 6],
  downGamma: [6],
  downBeta: [6],
  shortcut: [1, 1, 4, 6],
  dense: [6, 3],
  denseBias: [3],
} as const
type Name = keyof typeof parameterShapes
type Parameters = Record<Name, tf.Tensor>
const names = Object.keys(parameterShapes) as Name[]
const learningRates = { body: 0.05, head: 0.5 }
const weightDecay = 0.01
const epsilon = 1e-5

/** Numbers without a pattern that any language draws alike: sin(12.9898 (i + 1) + 78.233 seed), scaled. */
function draw(seed: number, count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + 78.233 * seed) * scale)
}

async function tinyTrainingStep(): Promise<Float32Array> {
  const updated = tf.tidy(() => {
    const images = tf.tensor4d(draw(1, 2 * 9 * 9 * 3, 1), [2, 9, 9, 3])
    const labels = tf.cast(tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3), 'float32')
    const values = names.map((name, index) => {
      const shape = [...parameterShapes[name]]
      const isGamma = name.endsWith('Gamma')
      const drawn = tf.tensor(draw(index + 2, tf.util.sizeFromShape(shape), isGamma ? 0.3 : 0.5), shape)
      return isGamma ? tf.add(drawn, 1) : drawn
    })
    const lossOf = (...parameters: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, index) => [name, parameters[index]])) as Parameters
      return crossEntropy(logitsOf(images, named), labels)
    }
    const gradients = tf.grads(lossOf)(values)
    return tf.concat1d(
      values.map((value, index) => {
        const rate = names[index]?.startsWith('dense') === true ? learningRates.head : learningRates.body
        const step = tf.add(gradients[index] ?? tf.zerosLike(value), tf.mul(value, weightDecay))
        return tf.reshape<tf.Rank.R1>(tf.sub(value, tf.mul(step, rate)), [-1])
      }),
    )
  })
  const numbers = Float32Array.from(await updated.data())
  updated.dispose()
  return numbers
}

function logitsOf(images: tf.Tensor4D, p: Parameters): tf.Tensor {
  const stem: tf.Tensor4D = tf.relu(batchNorm(conv(images, p.stem, 1, 1), p.stemGamma, p.stemBeta))
  const pooled = tf.maxPool(stem, 3, 2, padding(1))
  const down = batchNorm(conv(pooled, p.down, 2, 1), p.downGamma, p.downBeta)
  const sum = tf.relu(tf.add(down, conv(pooled, p.shortcut, 2, 0)))
  return tf.add(tf.matMul(tf.mean(sum, [1, 2]), p.dense), p.denseBias)
}

function conv(x: tf.Tensor4D, filter: tf.Tensor, stride: number, paddingPx: number): tf.Tensor4D {
  return tf.conv2d(x, filter as tf.Tensor4D, stride, padding(paddingPx), 'NHWC', 1, 'floor')
}

function padding(px: number): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [px, px],
    [px, px],
    [0, 0],
  ]
}

function batchNorm(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor4D {
  const mean = tf.mean(x, [0, 1, 2])
  const centred = tf.sub(x, mean)
  const variance = tf.mean(tf.square(centred), [0, 1, 2])
  return tf.add(tf.mul(centred, tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)))), beta)
}

function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  return tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits))))
}

function relativeDifference(actual: Float32Array, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let size = 0
  expected.forEach((value, index) => {
    difference += ((actual[index] ?? Number.NaN) - value) ** 2
    size += value ** 2
  })
  return Math.sqrt(difference / size)
}
