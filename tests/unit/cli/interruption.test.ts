import { expect, test } from 'vitest'
import { createInterruption } from '../../../src/main/cli/interruption.ts'

function start() {
  const clock = { nowMs: 0 }
  const ended: number[] = []
  const interruption = createInterruption(
    () => clock.nowMs,
    (code) => ended.push(code),
  )
  return { clock, ended, interruption }
}

test('the first Ctrl-C aborts, the second ends at once', () => {
  const { clock, ended, interruption } = start()
  interruption.request('SIGINT')
  expect(interruption.signal.aborted).toBe(true)
  expect(ended).toEqual([])
  clock.nowMs = 2_000
  interruption.request('SIGINT')
  expect(ended).toEqual([130])
})

test('one key press that arrives twice is one', () => {
  const { clock, ended, interruption } = start()
  interruption.request('SIGINT')
  clock.nowMs = 40
  interruption.request('SIGINT')
  expect(ended).toEqual([])
})

test('a command that answers is asked instead of aborted, until it has ended', () => {
  const { interruption } = start()
  let asked = 0
  const stop = interruption.answerWith(() => (asked += 1))
  interruption.request('SIGTERM')
  expect([asked, interruption.signal.aborted, interruption.exitCode]).toEqual([1, false, 143])
  stop()
})

test('a closed pipe that is written to again and again ends nothing at once', () => {
  const { clock, ended, interruption } = start()
  for (; clock.nowMs < 5_000; clock.nowMs += 400) interruption.request('SIGPIPE')
  expect([ended, interruption.exitCode]).toEqual([[], 141])
})
