import { expect, test } from 'vitest'
import type { EpochMetrics } from '../../../src/shared/domain/run.ts'
import { endEpoch, isFitted, startState } from '../../../src/trainer/steps/fit-state.ts'
import type { FitState } from '../../../src/trainer/steps/fit-state.ts'

function metricsOf(epoch: number, validationLoss: number | null): EpochMetrics {
  const rest = { trainLoss: 1, trainAccuracy: 0.5, validationAccuracy: null, durationMs: 1, imagesPerSecond: 1 }
  return { epoch, validationLoss, ...rest }
}

function after(losses: readonly (number | null)[]): FitState {
  return losses.reduce<FitState>((state, loss, index) => endEpoch(state, metricsOf(index + 1, loss)), startState)
}

test('the best epoch is the first with the least validation loss', () => {
  expect(after([0.9, 0.5, 0.5, 0.7]).best).toEqual({ epoch: 2, validationLoss: 0.5 })
  expect(after([null, null]).best).toBeNull()
})

test('the next epoch starts with nothing counted', () => {
  const state = endEpoch(
    { ...startState, steps: 7, running: { loss: 3, correctCount: 2, imageCount: 4, durationMs: 9 } },
    metricsOf(1, 1),
  )
  expect(state).toEqual({
    ...startState,
    epochs: 1,
    history: [metricsOf(1, 1)],
    best: { epoch: 1, validationLoss: 1 },
  })
})

test('training ends after the last epoch, or when none was better for as long as the recipe waits', () => {
  expect(isFitted(after([1, 2, 3]), { epochs: 3, earlyStopPatience: null })).toBe(true)
  expect(isFitted(after([1, 2, 3]), { epochs: 4, earlyStopPatience: null })).toBe(false)
  expect(isFitted(after([1, 2]), { epochs: 9, earlyStopPatience: 2 })).toBe(false)
  expect(isFitted(after([1, 2, 3]), { epochs: 9, earlyStopPatience: 2 })).toBe(true)
  expect(isFitted(after([1, 2, 0.5]), { epochs: 9, earlyStopPatience: 2 })).toBe(false)
  expect(isFitted(after([null, null, null]), { epochs: 9, earlyStopPatience: 1 })).toBe(false)
})
