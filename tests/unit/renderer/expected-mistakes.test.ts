import { describe, expect, it } from 'vitest'
import { expectedMistakes } from '../../../src/renderer/evaluate/expected-mistakes.ts'

const accuracyInterval: [number, number] = [0.906, 0.956]

describe('expectedMistakes', () => {
  it.each([
    // 93.5 % right is 6.5 mistakes in a hundred.
    [400, 374, { kind: 'between', low: 6, high: 7 }],
    [263, 244, { kind: 'between', low: 7, high: 8 }],
    // 100 * (1 - 0.93) is 6.999999999999995 in floating point.
    [100, 93, { kind: 'exactly', count: 7 }],
    [100, 99, { kind: 'exactly', count: 1 }],
    [300, 299, { kind: 'under-one' }],
    [2, 0, { kind: 'exactly', count: 100 }],
    [24, 24, { kind: 'none-seen', atMost: 10 }],
    [0, 0, { kind: 'nothing-known' }],
  ])('of %i images, %i right', (imageCount, correctCount, expected) => {
    expect(expectedMistakes({ imageCount, correctCount, accuracyInterval })).toEqual(expected)
  })
})
