import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseCrop } from '../../../src/imaging/choose-crop.ts'
import { randomOf } from '../../../src/shared/random.ts'

const options = { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 }

describe('chooseCrop', () => {
  it('stays inside of any picture', () => {
    const side = fc.integer({ min: 1, max: 5000 })
    fc.assert(
      fc.property(side, side, fc.integer(), (widthPx, heightPx, seed) => {
        const box = chooseCrop(randomOf(seed >>> 0), { widthPx, heightPx }, options)
        expect(Object.values(box).every(Number.isInteger)).toBe(true)
        expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0)
        expect(Math.min(box.width, box.height)).toBeGreaterThan(0)
        expect(box.left + box.width).toBeLessThanOrEqual(widthPx)
        expect(box.top + box.height).toBeLessThanOrEqual(heightPx)
      }),
    )
  })

  it('draws area and ratio as torchvision does', () => {
    const boxes = Array.from({ length: 4000 }, (_, index) =>
      chooseCrop(randomOf(3, index), { widthPx: 600, heightPx: 600 }, options),
    )
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const shares = boxes.map((box) => (box.width * box.height) / 360_000)
    const logRatios = boxes.map((box) => Math.log(box.width / box.height))
    expect(Math.min(...shares)).toBeGreaterThan(0.079)
    expect(Math.max(...logRatios.map(Math.abs))).toBeLessThan(Math.log(4 / 3) + 0.02)
    // Large areas of extreme ratio do not fit a square and are drawn again, so the mean is a little below 0.54.
    expect(mean(shares)).toBeGreaterThan(0.47)
    expect(mean(shares)).toBeLessThan(0.53)
    expect(Math.abs(mean(logRatios))).toBeLessThan(0.02)
  })

  it('takes the centre of a picture that no crop fits', () => {
    expect(chooseCrop(randomOf(1), { widthPx: 1000, heightPx: 10 }, options)).toEqual({
      left: 493,
      top: 0,
      width: 13,
      height: 10,
    })
    expect(chooseCrop(randomOf(1), { widthPx: 9, heightPx: 900 }, options)).toMatchObject({ width: 9, height: 12 })
  })

  it('gives the same box for the same keys', () => {
    const size = { widthPx: 500, heightPx: 375 }
    expect(chooseCrop(randomOf(5, 6), size, options)).toEqual(chooseCrop(randomOf(5, 6), size, options))
  })
})
