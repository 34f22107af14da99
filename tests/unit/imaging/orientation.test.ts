import { describe, expect, it } from 'vitest'
import { placeUpright, storedBox, uprightSize } from '../../../src/imaging/orientation.ts'
import type { Raster } from '../../../src/imaging/raster.ts'

/** Where the upright pixel (x, y) is stored, written out from the EXIF standard for each orientation. */
const storedAt: Readonly<Record<number, (x: number, y: number, width: number, height: number) => [number, number]>> = {
  1: (x, y) => [x, y],
  2: (x, y, width) => [width - 1 - x, y],
  3: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  4: (x, y, _, height) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, height) => [y, height - 1 - x],
  7: (x, y, width, height) => [width - 1 - y, height - 1 - x],
  8: (x, y, width) => [width - 1 - y, x],
}

const stored: Raster = { widthPx: 4, heightPx: 3, values: Uint8Array.from({ length: 36 }, (_, index) => index) }

function pixel(raster: Raster, x: number, y: number): number[] {
  return [...raster.values.subarray((y * raster.widthPx + x) * 3, (y * raster.widthPx + x) * 3 + 3)]
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', (orientation) => {
  const at = storedAt[orientation] ?? (() => [0, 0])
  const upright = placeUpright(stored, orientation)

  it('is turned upright', () => {
    expect(uprightSize({ ...stored, orientation })).toEqual({ widthPx: upright.widthPx, heightPx: upright.heightPx })
    for (let y = 0; y < upright.heightPx; y += 1) {
      for (let x = 0; x < upright.widthPx; x += 1) {
        expect(pixel(upright, x, y)).toEqual(pixel(stored, ...at(x, y, 4, 3)))
      }
    }
  })

  it('finds a box of the upright picture in the stored one', () => {
    const box = { left: 1, top: 0, width: 2, height: 3 }
    const inside = storedBox({ ...box, height: Math.min(3, upright.heightPx) }, { ...stored, orientation })
    const corner = at(box.left, box.top, 4, 3)
    expect(corner[0]).toBeGreaterThanOrEqual(inside.left)
    expect(corner[0]).toBeLessThan(inside.left + inside.width)
    expect(corner[1]).toBeGreaterThanOrEqual(inside.top)
    expect(corner[1]).toBeLessThan(inside.top + inside.height)
    expect(inside.width * inside.height).toBe(6)
  })

  it('mirrors the upright picture, not the stored one', () => {
    const mirrored = placeUpright(stored, orientation, { horizontally: true, vertically: false })
    const upsideDown = placeUpright(stored, orientation, { horizontally: false, vertically: true })
    for (let y = 0; y < upright.heightPx; y += 1) {
      for (let x = 0; x < upright.widthPx; x += 1) {
        expect(pixel(mirrored, x, y)).toEqual(pixel(upright, upright.widthPx - 1 - x, y))
        expect(pixel(upsideDown, x, y)).toEqual(pixel(upright, x, upright.heightPx - 1 - y))
      }
    }
  })
})
