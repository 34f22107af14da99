import { expect, test } from 'vitest'
import {
  countOf,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  formatTimeLeft,
} from '../../../src/main/cli/output/quantities.ts'

test.each([
  [0, '0.0 s'],
  [450, '0.5 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_600, '1 min 0 s'],
  [72_000, '1 min 12 s'],
  [3_599_600, '1 h 0 min'],
  [7_500_000, '2 h 5 min'],
])('%i ms took %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text)
})

test.each([
  [0, 'a few seconds left'],
  [31, 'about 40 seconds left'],
  [55, 'about 1 minute left'],
  [240, 'about 4 minutes left'],
  [7_200, 'about 2 hours left'],
])('%i s are %s', (seconds, text) => {
  expect(formatTimeLeft(seconds)).toBe(text)
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [46_830_571, '46.8 MB'],
  [102_469_840, '102 MB'],
  [25_276_502_016, '25.3 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('rates keep what can be read', () => {
  expect([1234, 42.4, 8.16, 0.456].map(formatRate)).toEqual(['1,234', '42', '8.2', '0.46'])
})

test('one is singular, a ratio of nothing is no number', () => {
  expect([countOf(1, 'image'), countOf(0, 'image'), countOf(1234, 'class', 'classes')]).toEqual([
    '1 image',
    '0 images',
    '1,234 classes',
  ])
  expect([formatPercent(0.935), formatPercent(1), formatPercent(null)]).toEqual(['93.5 %', '100.0 %', '-'])
})
