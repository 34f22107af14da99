import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { normalOf, randomOf } from '../../../src/shared/random.ts'
import { fitHead } from '../../../src/trainer/steps/fit-head.ts'
import type { FittedHead, LabelledFeatures } from '../../../src/trainer/steps/fit-head.ts'
import { classWeightsOf } from '../../../src/trainer/steps/loss.ts'
import { standardise } from '../../../src/trainer/steps/standardise.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'

beforeAll(usePlainBackend)

const width = 6

/** Features around one centre per class; the last one never changes. */
function draw(counts: readonly number[], key: number, spread = 1): LabelledFeatures {
  const classIndices = counts.flatMap((count, index) => new Array<number>(count).fill(index))
  const normal = normalOf(randomOf(key))
  const values = new Float32Array(classIndices.length * width)
  classIndices.forEach((label, row) => {
    for (let at = 0; at < width; at += 1) {
      const centre = at === label ? 30 : 20
      values[row * width + at] = at === width - 1 ? 7 : centre + normal() * spread * (at + 1)
    }
  })
  return { values, width, classIndices }
}

async function fit(train: LabelledFeatures, validation: LabelledFeatures, classWeights: number[]): Promise<FittedHead> {
  const search = fitHead(train, validation, { classWeights, labelSmoothing: 0 })
  for (;;) {
    const next = await search.next()
    if (next.done) return next.value
  }
}

function accuracyOf({ weight, bias }: FittedHead, { values, classIndices }: LabelledFeatures): number[] {
  const right = bias.map(() => 0)
  const count = bias.map(() => 0)
  classIndices.forEach((label, row) => {
    const scores = Array.from(bias, (start, index) =>
      Array.from({ length: width }).reduce<number>(
        (sum, _, at) => sum + (weight[index * width + at] ?? 0) * (values[row * width + at] ?? 0),
        start,
      ),
    )
    count[label] = (count[label] ?? 0) + 1
    if (scores.indexOf(Math.max(...scores)) === label) right[label] = (right[label] ?? 0) + 1
  })
  return Array.from(right, (value, index) => value / (count[index] ?? 1))
}

describe('fitHead', () => {
  test('tells three classes apart in features that were not standardised', async () => {
    const head = await fit(draw([40, 40, 40], 1), draw([20, 20, 20], 2), [1, 1, 1])
    for (const accuracy of accuracyOf(head, draw([50, 50, 50], 3))) expect(accuracy).toBeGreaterThan(0.85)
    expect(head.weight.every(Number.isFinite)).toBe(true)
  })

  test('gives the same bits each time and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors
    const [first, second] = [
      await fit(draw([30, 30], 4), draw([9, 9], 5), [1, 1]),
      await fit(draw([30, 30], 4), draw([9, 9], 5), [1, 1]),
    ]
    expect(second).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
  })

  test('its gradient vanishes at the solution: no direction improves the penalised loss', async () => {
    const train = draw([25, 35], 6, 3)
    const none = { values: new Float32Array(), width, classIndices: [] }
    const head = await fit(train, none, [1, 1])
    const loss = (moved: FittedHead) => penalisedLoss(moved, train)
    const least = loss(head)
    const random = normalOf(randomOf(9))
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const bias = head.bias.map((value) => value + 0.02 * random())
      expect(loss({ ...head, bias })).toBeGreaterThan(least - 1e-6)
      const weight = head.weight.map((value, index) => (index % width === width - 1 ? value : value + 0.002 * random()))
      expect(loss({ ...head, weight })).toBeGreaterThan(least - 1e-6)
    }
  })

  test('a rare class is found where classes are balanced', async () => {
    const train = draw([190, 10], 7, 2)
    const validation = draw([95, 5], 8, 2)
    const plain = await fit(train, validation, classWeightsOf('none', [190, 10]))
    const balanced = await fit(train, validation, classWeightsOf('balanced', [190, 10]))
    const test = draw([200, 200], 10, 2)
    const recallOf = (head: FittedHead) => accuracyOf(head, test)[1] ?? 0
    expect(recallOf(balanced)).toBeGreaterThan(recallOf(plain))
  })

  test('stops when asked to', async () => {
    const search = fitHead(draw([30, 30], 1), draw([9, 9], 2), {
      classWeights: [1, 1],
      labelSmoothing: 0,
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(search.next()).rejects.toThrow('enough')
  })
})

/** In 64 bits, from the definition: mean cross-entropy plus 0.01 / 2 of the squared weights of standardised features. */
function penalisedLoss({ weight, bias }: FittedHead, { values, classIndices }: LabelledFeatures): number {
  const rows = classIndices.length
  const deviations = Array.from({ length: width }, (_, at) => {
    const column = classIndices.map((_label, row) => values[row * width + at] ?? 0)
    const mean = column.reduce((sum, value) => sum + value, 0) / rows
    return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows)
  })
  let loss = 0
  classIndices.forEach((label, row) => {
    const scores = Array.from(bias, (start, index) => {
      let score = start
      for (let at = 0; at < width; at += 1) score += (weight[index * width + at] ?? 0) * (values[row * width + at] ?? 0)
      return score
    })
    const highest = Math.max(...scores)
    loss += Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0)) + highest - (scores[label] ?? 0)
  })
  const penalty = weight.reduce((sum, value, index) => sum + (value * (deviations[index % width] ?? 0)) ** 2, 0)
  return loss / rows + (0.01 / 2) * penalty
}

test('standardise gives mean 0 and deviation 1, and nothing to a feature that never changes', () => {
  const { values } = draw([50, 50], 11)
  const result = standardise(values, width).apply(values)
  for (let at = 0; at < width; at += 1) {
    const column = Array.from({ length: 100 }, (_, row) => result[row * width + at] ?? 0)
    const mean = column.reduce((sum, value) => sum + value, 0) / 100
    const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100)
    expect(mean).toBeCloseTo(0, 5)
    expect(deviation).toBeCloseTo(at === width - 1 ? 0 : 1, 5)
  }
})

test('standardise does not blow up a feature that rests in all images but one', () => {
  const rows = 200
  const values = new Float32Array(rows * 3)
  for (let row = 0; row < rows; row += 1) values.set([row % 7, row % 11, row === 60 ? 0.5 : 0], row * 3)
  const result = standardise(values, 3).apply(values)
  const woken = (result[60 * 3 + 2] ?? 0) - (result[2] ?? 0)
  // A quarter of the median deviation, which is the one of 0 to 6, stands for its own of 0.035.
  expect(woken).toBeCloseTo(0.5 / (0.25 * 2), 1)
})

test('class weights balance the classes and keep the mean weight of an image at 1', () => {
  expect(classWeightsOf('none', [3, 1])).toEqual([1, 1])
  const weights = classWeightsOf('balanced', [30, 10])
  expect(weights[0]).toBeCloseTo(2 / 3, 12)
  expect(weights[1]).toBeCloseTo(2, 12)
  expect(classWeightsOf('balanced', [4, 0, 4])).toEqual([1, 0, 1])
})
