import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { crossEntropySum, targetsOf } from '../../../src/trainer/steps/loss.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'

beforeAll(usePlainBackend)

const logits = [
  [1.5, -0.25, 0.75],
  [-2, 3, 0.5],
] as const
const labels = [0, 2]
const options = { classWeights: [1, 2, 0.5], labelSmoothing: 0.1 }

/** The definition of torch.nn.CrossEntropyLoss(weight, label_smoothing, reduction='sum'), in 64 bits. */
function definition(scores: readonly (readonly number[])[]): number {
  let loss = 0
  scores.forEach((row, at) => {
    const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
    const label = labels[at] ?? 0
    loss -= 0.9 * (options.classWeights[label] ?? 0) * ((row[label] ?? 0) - total)
    row.forEach((value, index) => (loss -= (0.1 / 3) * (options.classWeights[index] ?? 0) * (value - total)))
  })
  return loss
}

test('is the summed cross-entropy of torch, with class weights and label smoothing', () => {
  const loss = tf.tidy(() =>
    crossEntropySum(tf.tensor2d(logits.flat(), [2, 3]), tf.tensor2d(targetsOf(labels, options), [2, 3])).arraySync(),
  )
  expect(loss).toBeCloseTo(definition(logits), 5)
})

test('its gradient is that of the definition', () => {
  const gradient = tf.tidy(() => {
    const targets = tf.tensor2d(targetsOf(labels, options), [2, 3])
    const { grad } = tf.valueAndGrad((x) => crossEntropySum(x as tf.Tensor2D, targets))(
      tf.tensor2d(logits.flat(), [2, 3]),
    )
    return grad.arraySync() as number[][]
  })
  const h = 1e-6
  logits.forEach((row, at) =>
    row.forEach((_, index) => {
      const moved = (by: number) =>
        definition(logits.map((other, j) => other.map((value, i) => (j === at && i === index ? value + by : value))))
      expect(gradient[at]?.[index]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 5)
    }),
  )
})
