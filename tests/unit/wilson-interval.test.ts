import { describe, expect, it } from 'vitest'
import { wilsonInterval } from '../../src/shared/wilson-interval.ts'

describe('wilsonInterval', () => {
  // Expected values worked out by hand from the formula with z = 1.959964.
  it.each([
    [81, 263, 0.25529, 0.36618],
    [8, 10, 0.49016, 0.94332],
    [1, 1, 0.20655, 1],
    [0, 10, 0, 0.27753],
    [500, 1000, 0.46907, 0.53093],
  ])('of %i in %i', (correct, count, low, high) => {
    const interval = wilsonInterval(correct, count)
    expect(interval[0]).toBeCloseTo(low, 4)
    expect(interval[1]).toBeCloseTo(high, 4)
  })

  it('knows nothing without samples', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1])
  })

  it('ends exactly at the bounds', () => {
    expect(wilsonInterval(7, 7)[1]).toBe(1)
    expect(wilsonInterval(0, 7)[0]).toBe(0)
  })
})
