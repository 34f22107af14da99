import { expect, test } from 'vitest'
import { createProgress, describeProgress } from '../../../src/main/cli/output/progress.ts'
import { fakeTerminal } from '../../support/fake-terminal.ts'

const state = { what: 'Reading images', total: 20_000, unit: 'images' }

test('says how far, how fast and how long', () => {
  expect(describeProgress({ ...state, done: 1_204, perSecond: 310, secondsLeft: 61 })).toBe(
    'Reading images: 1,204 of 20,000, 6 %, 310 images/s, about 1 minute left',
  )
  expect(describeProgress({ ...state, total: null, done: 12 })).toBe('Reading images: 12')
  expect(describeProgress({ what: 'Downloading', done: 23.4e6, total: 46.8e6, unit: 'bytes', perSecond: 2e6 })).toBe(
    'Downloading: 23.4 MB of 46.8 MB, 50 %, 2.0 MB/s, about 20 seconds left',
  )
})

test('an end is not still "a few seconds left"', () => {
  expect(describeProgress({ ...state, done: 20_000, perSecond: 310 })).toBe(
    'Reading images: 20,000 of 20,000, 100 %, 310 images/s',
  )
})

test('draws over one line on a terminal, at most ten times a second, and takes it away', () => {
  const { terminal, written } = fakeTerminal({ isTTY: true, columns: 60 })
  let nowMs = 0
  const progress = createProgress(terminal, () => nowMs)
  for (; nowMs < 1000; nowMs += 1) progress.update({ ...state, done: nowMs })
  progress.end()
  const lines = written.stderr.split('\r').slice(1)
  expect(lines.length).toBe(11)
  expect(lines.at(-1)).toBe('\x1b[K')
  expect(lines.every((line) => line.length <= 59 + '\x1b[K'.length)).toBe(true)
  expect(written.stdout).toBe('')
})

test('in a pipe there is a plain line now and then', () => {
  const { terminal, written } = fakeTerminal()
  let nowMs = 0
  const progress = createProgress(terminal, () => nowMs)
  for (; nowMs < 35_000; nowMs += 100) progress.update({ ...state, done: nowMs / 100 })
  progress.end()
  expect(written.stderr).toBe(
    [
      'Reading images: 100 of 20,000, 0 %, 10 images/s, about 33 minutes left',
      'Reading images: 200 of 20,000, 1 %, 10 images/s, about 33 minutes left',
      'Reading images: 300 of 20,000, 1 %, 10 images/s, about 33 minutes left',
      '',
    ].join('\n'),
  )
})

test('under --json standard output has the answer only', () => {
  const { terminal, written } = fakeTerminal()
  terminal.setJson(true)
  terminal.say('for people')
  terminal.note('beside')
  terminal.answer({ runs: [] })
  expect(JSON.parse(written.stdout)).toEqual({ runs: [] })
  expect(written.stderr).toBe('beside\n')
})
