import { beforeAll, describe, expect, it } from 'vitest'
import { ensureKernelsBuilt } from '../../../native/wasm/build.ts'
import type { Raster } from '../../../src/imaging/raster.ts'
import { openResampleKernel } from '../../../src/imaging/resample-kernel.ts'
import { resampleTriangle, resampleWith } from '../../../src/imaging/resample.ts'
import { randomOf } from '../../../src/shared/random.ts'

function noise(widthPx: number, heightPx: number): Raster {
  const random = randomOf(widthPx, heightPx)
  return { widthPx, heightPx, values: Uint8Array.from({ length: widthPx * heightPx * 3 }, () => random() * 256) }
}

/** The triangle filter as it is defined, in floating point and two dimensions at once. */
function exact(raster: Raster, width: number, height: number): number[] {
  const weights = (count: number, output: number, at: number): number[] => {
    const scale = count / output
    const support = Math.max(1, scale)
    const raw = Array.from({ length: count }, (_, index) =>
      Math.max(0, 1 - Math.abs((index + 0.5 - (at + 0.5) * scale) / support)),
    )
    const sum = raw.reduce((total, weight) => total + weight, 0)
    return raw.map((weight) => weight / sum)
  }
  const result: number[] = []
  for (let y = 0; y < height; y += 1) {
    const down = weights(raster.heightPx, height, y)
    for (let x = 0; x < width; x += 1) {
      const across = weights(raster.widthPx, width, x)
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0
        for (const [row, vertical] of down.entries()) {
          if (vertical === 0) continue
          for (const [column, horizontal] of across.entries()) {
            sum += vertical * horizontal * (raster.values[(row * raster.widthPx + column) * 3 + channel] ?? 0)
          }
        }
        result.push(sum)
      }
    }
  }
  return result
}

describe('the compiled passes', () => {
  // In a fresh checkout it takes seconds, on a busy machine many.
  beforeAll(ensureKernelsBuilt, 120_000)

  // A picture with one colour more or less is another picture: all bits count.
  it('give the same bits as those that are not compiled', () => {
    const compiled = openResampleKernel()
    if (compiled === null) throw new Error('They were built.')
    const random = randomOf(7)
    const upTo = (most: number) => 1 + Math.floor(random() * most)
    for (let round = 0; round < 300; round += 1) {
      const raster = noise(upTo(90), upTo(70))
      const [left, top] = [upTo(raster.widthPx) - 1, upTo(raster.heightPx) - 1]
      const box = { left, top, width: upTo(raster.widthPx - left), height: upTo(raster.heightPx - top) }
      const [widthPx, heightPx] = [upTo(60), upTo(60)]
      const [x, y] = [upTo(widthPx) - 1, upTo(heightPx) - 1]
      const window = { left: x, top: y, width: upTo(widthPx - x), height: upTo(heightPx - y) }
      const options = {
        ...{ widthPx, heightPx, verticalFirst: round % 2 === 0 },
        ...(round % 3 !== 0 && { box }),
        ...(round % 5 !== 0 && { window }),
      }
      const { values, ...size } = resampleWith(compiled, raster, options)
      const { values: expected, ...expectedSize } = resampleWith(null, raster, options)
      expect(size).toEqual(expectedSize)
      expect(Buffer.compare(values, expected)).toBe(0)
    }
  })

  it('leave what would take too much memory to the others', () => {
    const { values, ...size } = { values: new Uint8Array(6000 * 4000 * 3), widthPx: 6000, heightPx: 4000 }
    const raster = { ...size, values: values.map((_, at) => at % 251) }
    const small = { widthPx: 3, heightPx: 3 }
    expect(resampleTriangle(raster, small)).toEqual(resampleWith(null, raster, small))
  })
})

describe('resampleTriangle', () => {
  it.each([
    [50, 40, 16, 16],
    [5, 3, 16, 16],
    [64, 2, 16, 16],
    [3, 70, 9, 16],
  ])('filters %i x %i to %i x %i within rounding', (fromWidth, fromHeight, widthPx, heightPx) => {
    const raster = noise(fromWidth, fromHeight)
    const expected = exact(raster, widthPx, heightPx)
    for (const verticalFirst of [false, true]) {
      const { values } = resampleTriangle(raster, { widthPx, heightPx, verticalFirst })
      const largest = Math.max(...expected.map((value, index) => Math.abs(value - (values[index] ?? 0))))
      expect(largest).toBeLessThanOrEqual(1.01)
    }
  })

  it('leaves a picture of the right size as it is', () => {
    const raster = noise(12, 9)
    expect(resampleTriangle(raster, { widthPx: 12, heightPx: 9 }).values).toEqual(raster.values)
  })

  it('keeps white white and black black', () => {
    for (const level of [0, 255]) {
      const flat = { widthPx: 97, heightPx: 61, values: new Uint8Array(97 * 61 * 3).fill(level) }
      expect(new Set(resampleTriangle(flat, { widthPx: 31, heightPx: 45 }).values)).toEqual(new Set([level]))
    }
  })

  it('computes a window as a part of the whole', () => {
    const raster = noise(40, 30)
    const whole = resampleTriangle(raster, { widthPx: 20, heightPx: 20 })
    const window = { left: 3, top: 5, width: 7, height: 11 }
    const part = resampleTriangle(raster, { widthPx: 20, heightPx: 20, window })
    for (let y = 0; y < window.height; y += 1) {
      const from = ((y + window.top) * 20 + window.left) * 3
      expect(part.values.subarray(y * 21, y * 21 + 21)).toEqual(whole.values.subarray(from, from + 21))
    }
  })
})
