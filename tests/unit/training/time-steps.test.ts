import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { secondsPerImage } from '../../../src/trainer/steps/time-steps.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Steps that take so many milliseconds each, the last of them for all that follow. */
function stepsOf(...durationsMs: number[]) {
  return vi.fn(async () => {
    vi.advanceTimersByTime(durationsMs.length > 1 ? (durationsMs.shift() ?? 0) : (durationsMs[0] ?? 0))
    await Promise.resolve()
  })
}

it('does not take what the first step prepares for what a step costs, however long either takes', async () => {
  const { signal } = new AbortController()
  const quick = stepsOf(900, 250)
  expect(await secondsPerImage(10, signal, quick)).toBeCloseTo(0.025)
  expect(quick).toHaveBeenCalledTimes(5)
  const slow = stepsOf(9000, 3000)
  expect(await secondsPerImage(10, signal, slow)).toBeCloseTo(0.3)
  expect(slow).toHaveBeenCalledTimes(4)
})

it('does not take what else the machine did for what a step costs', async () => {
  const disturbed = stepsOf(900, 250, 700, 250)
  expect(await secondsPerImage(10, new AbortController().signal, disturbed)).toBeCloseTo(0.025)
})

it('ends between two steps when nobody waits any more', async () => {
  const leave = new AbortController()
  const step = stepsOf(100)
  step.mockImplementationOnce(async () => {
    leave.abort()
    await Promise.resolve()
  })
  await expect(secondsPerImage(1, leave.signal, step)).rejects.toThrow('aborted')
  expect(step).toHaveBeenCalledOnce()
})
