import { beforeAll, describe, expect, test } from 'vitest'
import { normalOf, randomOf } from '../../../src/shared/random.ts'
import { drawFolds } from '../../../src/trainer/steps/draw-folds.ts'
import { neighbourDistances } from '../../../src/trainer/steps/neighbour-distance.ts'
import { predictOutOfSample, strengthByOthers } from '../../../src/trainer/steps/out-of-sample.ts'
import { usePlainBackend } from '../../support/plain-backend.ts'

beforeAll(usePlainBackend)

const never = new AbortController().signal

describe('folds', () => {
  const members = Array.from({ length: 103 }, (_, at) => ({
    classIndex: at % 10 === 0 ? 1 : 0,
    // Every twelfth image has two copies.
    group: at - (at % 12 < 3 ? at % 12 : 0),
  }))
  const draw = (keys: readonly number[]) => drawFolds(members, { foldCount: 5, keys })

  test('keep copies together and classes even', () => {
    const folds = draw([1])
    for (const at of members.keys()) expect(folds[at]).toBe(folds[members[at]?.group ?? 0])
    for (const classIndex of [0, 1]) {
      const counts = [0, 1, 2, 3, 4].map(
        (fold) => members.filter((one, at) => one.classIndex === classIndex && folds[at] === fold).length,
      )
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2)
    }
  })

  test('depend on their keys alone', () => {
    expect(draw([1])).toEqual(draw([1]))
    expect(draw([1])).not.toEqual(draw([2]))
  })
})

/** Two clouds of rows; of each, the first three are labelled as the other. */
function draw() {
  const [width, count] = [4, 200]
  const normal = normalOf(randomOf(3))
  const classIndices = Array.from({ length: count }, (_, row) => (row % 2) ^ Number(row < 6))
  const values = new Float32Array(count * width)
  for (let row = 0; row < count; row += 1) {
    for (let at = 0; at < width; at += 1) values[row * width + at] = (row % 2 === 0 ? -2 : 2) + normal()
  }
  return { values, width, classIndices }
}

test('a fit that never saw a row tells that its label is wrong', async () => {
  const features = draw()
  const groups = features.classIndices.map((_, row) => row)
  const search = predictOutOfSample(features, {
    classWeights: [1, 1],
    labelSmoothing: 0,
    groups,
    seed: 0,
    signal: never,
  })
  const steps: number[] = []
  let next = await search.next()
  while (next.done !== true) {
    steps.push(next.value.done)
    expect(next.value.total).toBe(15)
    next = await search.next()
  }
  expect(steps).toEqual(Array.from({ length: 15 }, (_, at) => at + 1))
  const { probabilities, strength } = next.value
  expect(strength).toBeGreaterThan(0)
  features.classIndices.forEach((label, row) => {
    const [first, second] = [probabilities[row * 2] ?? 0, probabilities[row * 2 + 1] ?? 0]
    expect(first + second).toBeCloseTo(1, 5)
    expect((label === 0 ? first : second) > 0.5).toBe(row >= 6)
  })
})

test('what a fold fits best is not what it is judged with', () => {
  const votes = [0.01, 0.01, 0.1, 1, 1]
  // Of an even number the one that holds back more.
  expect(votes.map((_, fold) => strengthByOthers(votes, fold))).toEqual([1, 1, 1, 0.1, 0.1])
  expect(strengthByOthers([0.3], 0)).toBe(0.3)
})

test('the distance to the nearest neighbours is that of cosines over standardised features', async () => {
  // Ten rows along one direction or its opposite, and one across.
  const rows = [...Array.from({ length: 10 }, (_, at) => [at < 5 ? 1 : -1, at < 5 ? 1 : -1]), [6, -6]]
  const distances = await neighbourDistances(Float32Array.from(rows.flat()), 2, never)
  // Means and deviations leave the across one nearly orthogonal: each of the ten has four neighbours in its direction.
  expect(distances.slice(0, 5).every((distance) => distance < 0.3)).toBe(true)
  expect(distances[10]).toBeGreaterThan(0.6)
  expect((await neighbourDistances(Float32Array.of(1, 2), 2, never))[0]).toBe(0)
})
