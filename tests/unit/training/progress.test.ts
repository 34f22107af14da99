import { expect, test } from 'vitest'
import { createProgress } from '../../../src/trainer/steps/progress.ts'

test('comes at most ten times a second, and always at the end', () => {
  let nowMs = 0
  const progress = createProgress({ phase: 'fine-tuning', total: 100, now: () => nowMs })
  const events = Array.from({ length: 100 }, (_, index) => {
    nowMs += 20
    return progress.step(index + 1, { loss: 0.5, learningRate: 0.1 })
  }).filter((event) => event !== null)
  expect(events).toHaveLength(21)
  expect(events.at(-1)).toMatchObject({ done: 100, total: 100, secondsLeft: 0, loss: 0.5, learningRate: 0.1 })
})

test('tells the rate of late, not that of what a resumed run has behind it', () => {
  let nowMs = 0
  const progress = createProgress({ phase: 'fine-tuning', total: 1000, done: 500, now: () => nowMs })
  nowMs = 2000
  expect(progress.step(520)).toMatchObject({ imagesPerSecond: 10, secondsLeft: 48, loss: null, learningRate: null })
  for (nowMs = 3000; nowMs <= 60_000; nowMs += 1000) progress.step(520 + (nowMs - 2000) / 250)
  expect(progress.step(760)?.kind === 'step' && progress.step(760)).toBeNull()
  nowMs += 1000
  expect(progress.step(760)).toMatchObject({ imagesPerSecond: expect.closeTo(4, 0) as number })
})
