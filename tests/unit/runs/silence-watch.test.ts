import { describe, expect, test } from 'vitest'
import { createSilenceWatch } from '../../../src/main/core/runs/silence-watch.ts'

/** Asks five times a second and answers after how many seconds of silence it was told first, and how often. */
function listen(watch: ReturnType<typeof createSilenceWatch>, fromMs: number, seconds: number, tellAgain = false) {
  const told: number[] = []
  for (let ms = 200; ms <= seconds * 1000; ms += 200) {
    if (watch.isTooLong(fromMs + ms, { tellAgain })) told.push(ms / 1000)
  }
  return told
}

describe('a process that says nothing', () => {
  test('is told of after 30 seconds, once until it speaks again', () => {
    const watch = createSilenceWatch(0)
    expect(listen(watch, 0, 29.8)).toEqual([])
    expect(listen(watch, 29_800, 60)).toEqual([0.2])
    watch.hear(90_000)
    expect(listen(watch, 90_000, 10)).toEqual([])
  })

  test('may be as slow as it has been before', () => {
    const watch = createSilenceWatch(0)
    listen(watch, 0, 20)
    watch.hear(20_000)
    expect(listen(watch, 20_000, 79)).toEqual([])
    expect(listen(watch, 99_000, 2)).toEqual([1])
  })

  test('is told of again where that is wanted', () => {
    const watch = createSilenceWatch(0)
    expect(listen(watch, 0, 31)).toHaveLength(1)
    expect(listen(watch, 31_000, 0.4, true)).toEqual([0.2, 0.4])
  })

  test('was not silent while the machine slept, nor when the clock was set', () => {
    const watch = createSilenceWatch(0)
    expect(watch.isTooLong(8 * 3_600_000, { tellAgain: false })).toBe(false)
    expect(watch.isTooLong(-3_600_000, { tellAgain: false })).toBe(false)
    expect(listen(watch, -3_600_000, 24)).toEqual([])
  })
})
