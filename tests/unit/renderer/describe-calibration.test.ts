import { expect, it } from 'vitest'
import { describeCalibration } from '../../../src/renderer/evaluate/describe-calibration.ts'

const bin = (fromConfidence: number, imageCount: number, meanConfidence: number | null, accuracy: number | null) => ({
  fromConfidence,
  toConfidence: fromConfidence + 0.1,
  imageCount,
  meanConfidence,
  accuracy,
})

it('says that a model is too sure, and where most', () => {
  const bins = [bin(0.5, 2, 0.55, 0), bin(0.8, 50, 0.85, 0.7), bin(0.9, 100, 0.95, 0.93)]
  const result = describeCalibration({ bins, expectedError: 0.07 })
  expect(result.tendency).toBe('over')
  expect(result.worst?.fromConfidence).toBe(0.8)
})

it('says that a model is not sure enough', () => {
  expect(describeCalibration({ bins: [bin(0.4, 10, 0.45, 0.9)], expectedError: 0.45 }).tendency).toBe('under')
})

it('lets small differences be, and empty bins', () => {
  expect(describeCalibration({ bins: [bin(0.9, 10, 0.95, 0.96)], expectedError: 0.01 }).tendency).toBe('fair')
  expect(describeCalibration({ bins: [bin(0.9, 0, null, null)], expectedError: 0 }).worst).toBeNull()
})
