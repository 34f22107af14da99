import { expect, test } from 'vitest'
import { learningRateAt } from '../../../src/trainer/steps/schedule.ts'

function rates(settings: Parameters<typeof learningRateAt>[0], totalSteps: number): number[] {
  return Array.from({ length: totalSteps }, (_, step) => learningRateAt(settings, step, totalSteps))
}

test('a constant schedule has the peak rate throughout, after the warm-up', () => {
  expect(rates({ schedule: 'constant', warmUpRatio: 0, learningRate: 0.3 }, 3)).toEqual([0.3, 0.3, 0.3])
  expect(rates({ schedule: 'constant', warmUpRatio: 0.5, learningRate: 0.4 }, 8)).toEqual([
    ...[0.1, 0.2, 0.30000000000000004, 0.4],
    ...[0.4, 0.4, 0.4, 0.4],
  ])
})

test('a cosine falls from the peak and wastes no update on a rate of 0', () => {
  const all = rates({ schedule: 'cosine', warmUpRatio: 0.2, learningRate: 1 }, 10)
  expect(all.slice(0, 3)).toEqual([0.5, 1, 1])
  expect(all[6]).toBeCloseTo(0.5, 12)
  for (let step = 3; step < 10; step += 1) expect(all[step]).toBeLessThan(all[step - 1] ?? 0)
  expect(all[9]).toBeGreaterThan(0.03)
})

test('a run of a single update has the peak rate', () => {
  expect(rates({ schedule: 'cosine', warmUpRatio: 0.1, learningRate: 2 }, 1)).toEqual([2])
})
