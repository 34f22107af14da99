import { expect, test } from 'vitest'
import { Calibration } from '../../src/shared/domain/metrics.ts'
import { calibrationOf } from '../../src/trainer/evaluation/calibration.ts'

const judged = [
  { confidence: 0.95, isRight: true },
  { confidence: 0.95, isRight: true },
  { confidence: 0.91, isRight: false },
  { confidence: 1, isRight: true },
  { confidence: 0.55, isRight: true },
  { confidence: 0.58, isRight: false },
  { confidence: 0.52, isRight: false },
  { confidence: 0.3, isRight: true },
]

test('puts images into ten bins by confidence, an upper edge into the bin below it', () => {
  const { bins } = Calibration.parse(calibrationOf(judged))
  expect(bins.map(({ imageCount }) => imageCount)).toEqual([0, 0, 1, 0, 0, 3, 0, 0, 0, 4])
  expect(bins.map(({ fromConfidence }) => fromConfidence)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
  expect(bins[0]).toEqual({ fromConfidence: 0, toConfidence: 0.1, imageCount: 0, meanConfidence: null, accuracy: null })
  expect(bins[9]?.meanConfidence).toBeCloseTo(0.9525, 12)
  expect(bins[9]?.accuracy).toBe(0.75)
  expect(bins[5]?.meanConfidence).toBeCloseTo(0.55, 12)
  expect(bins[5]?.accuracy).toBeCloseTo(1 / 3, 12)
  expect(bins[2]).toMatchObject({ meanConfidence: 0.3, accuracy: 1 })
})

test('weighs the distance of each bin by its images', () => {
  // (4 x |0.75 - 0.9525| + 3 x |1/3 - 0.55| + 1 x |1 - 0.3|) / 8 = (0.81 + 0.65 + 0.7) / 8
  expect(calibrationOf(judged).expectedError).toBeCloseTo(0.27, 12)
})

test('is 0 where confidence and accuracy agree, 1 where a sure network is never right', () => {
  const half = [true, false].map((isRight) => ({ confidence: 0.5, isRight }))
  expect(calibrationOf(half).expectedError).toBe(0)
  expect(calibrationOf([{ confidence: 1, isRight: false }]).expectedError).toBe(1)
})

test('is defined without images', () => {
  const empty = Calibration.parse(calibrationOf([]))
  expect(empty.expectedError).toBe(0)
  expect(empty.bins).toHaveLength(10)
})
