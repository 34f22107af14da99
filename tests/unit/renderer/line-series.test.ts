import { describe, expect, test } from 'vitest'
import {
  accuracyRange,
  comparedSeries,
  digitsApart,
  lossRange,
  usualMaximum,
} from '../../../src/renderer/tune/run-curves.ts'
import {
  alignSeries,
  nearest,
  readingPlaces,
  wholeTicks,
  type LineSeries,
} from '../../../src/renderer/ui/line-series.ts'

const curve = (ys: readonly number[], weight: LineSeries['weight'] = 'bold', apart = 1): LineSeries => ({
  name: 'curve',
  tone: 'accent',
  weight,
  dash: 'solid',
  points: ys.map((y, index) => ({ x: (index + 1) * apart, y })),
})

describe('curves over common places', () => {
  test('a curve has null where it has no point', () => {
    expect(alignSeries([curve([5, 6]), curve([1, 2, 3], 'faint', 0.5)])).toEqual({
      xs: [0.5, 1, 1.5, 2],
      ys: [
        [null, 5, null, 6],
        [1, 2, 3, null],
      ],
    })
  })

  test('values are read at epochs, not at the batches of the backdrop', () => {
    expect(readingPlaces([curve([5, 6]), curve([1, 2, 3], 'faint', 0.5)])).toEqual([1, 2])
    expect(nearest([1, 2, 5], 3.4)).toBe(2)
    expect(nearest([], 1)).toBeNull()
  })
})

test('ticks are whole numbers, and not too many', () => {
  expect(wholeTicks(0, 5)).toEqual([0, 1, 2, 3, 4, 5])
  expect(wholeTicks(0.5, 1.5)).toEqual([1])
  expect(wholeTicks(0, 30)).toEqual([0, 5, 10, 15, 20, 25, 30])
  for (const most of [13, 24, 60, 61, 120, 1000]) expect(wholeTicks(0, most).length).toBeLessThanOrEqual(12)
})

describe('axes', () => {
  test('one epoch in which the loss shot up does not press the others flat', () => {
    expect(usualMaximum([curve([9, 58, 2, 1.5, 1])])).toBe(8)
    expect(usualMaximum([curve([2, 1.5, 1])])).toBe(2)
  })

  test('before an epoch has ended the batches make the axis', () => {
    expect(lossRange([curve([3], 'faint', 0.1)], 3)[1]).toBeCloseTo(3.24)
    expect(lossRange([], -Infinity)).toEqual([0, 1])
  })

  test('accuracy goes up to all right, from the tenth below the worst', () => {
    expect(accuracyRange(0.87, 0.95)).toEqual([0.8, 1])
    expect(accuracyRange(0, 0.5)).toEqual([0, 1])
    expect(accuracyRange(Infinity, -Infinity)).toEqual([0, 1])
  })

  test('digits are as many as tell neighbours apart', () => {
    expect([20, 1, 0.5, 0.25, 0.01].map(digitsApart)).toEqual([0, 0, 1, 2, 2])
  })
})

test('a comparison has two curves per run, told apart by dash too; runs without epochs have none', () => {
  const metrics = {
    epoch: 1,
    trainLoss: 2,
    trainAccuracy: 0.4,
    validationLoss: null,
    validationAccuracy: null,
    durationMs: 1,
    imagesPerSecond: 1,
  }
  const series = comparedSeries(
    [
      { name: 'Run 1', epochs: [] },
      { name: 'Run 2', epochs: [metrics] },
    ],
    (run, figure) => `${run} ${figure}`,
  )
  expect(series.map(({ name, dash, points }) => [name, dash, points])).toEqual([
    ['Run 2 validation-accuracy', 'solid', []],
    ['Run 2 train-loss', 'dashed', [{ x: 1, y: 2 }]],
  ])
})
