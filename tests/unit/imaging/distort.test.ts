import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { blendBrightness, blendColour, blendContrast, blendSharpness } from '../../../src/imaging/distort/blend.ts'
import { distort as distortBy, drawDistortion } from '../../../src/imaging/distort/distort.ts'
import { equalizeLevels, posterize, stretchLevels } from '../../../src/imaging/distort/levels.ts'
import { rotation, shift, slantAcross, slantDown, warp } from '../../../src/imaging/distort/warp.ts'
import type { Raster } from '../../../src/imaging/raster.ts'
import { randomOf, type Random } from '../../../src/shared/random.ts'

const Golden = z.object({
  widthPx: z.int(),
  heightPx: z.int(),
  picture: z.base64(),
  cases: z.array(z.object({ operation: z.string(), amount: z.number(), expected: z.base64() })),
})

const file = join(import.meta.dirname, '../../fixtures/golden-distortions/golden.json')
const golden = Golden.parse(JSON.parse(await readFile(file, 'utf8')))
const { widthPx, heightPx } = golden
const unpacked = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const picture: Raster = { widthPx, heightPx, values: unpacked(golden.picture) }

const distort = (raster: Raster, strength: number, random: Random): Raster =>
  distortBy(raster, drawDistortion(strength, random))

const operations: Readonly<Record<string, (amount: number) => Raster>> = {
  brightness: (factor) => blendBrightness(picture, factor),
  contrast: (factor) => blendContrast(picture, factor),
  colour: (factor) => blendColour(picture, factor),
  sharpness: (factor) => blendSharpness(picture, factor),
  posterize: (bits) => posterize(picture, bits),
  stretch: () => stretchLevels(picture),
  equalize: () => equalizeLevels(picture),
  rotate: (degrees) => warp(picture, rotation(degrees)),
  shearX: (slope) => warp(picture, slantAcross(slope)),
  shearY: (slope) => warp(picture, slantDown(slope)),
  translateX: (px) => warp(picture, shift(px / widthPx, 0)),
  translateY: (px) => warp(picture, shift(0, px / heightPx)),
}

describe('distortions agree with Pillow and torchvision', () => {
  it.each(golden.cases)('$operation $amount', ({ operation, amount, expected }) => {
    const { values } = operations[operation]?.(amount) ?? picture
    const differing = unpacked(expected).filter((value, at) => value !== values[at])
    expect(differing).toHaveLength(0)
  })
})

describe('distort', () => {
  it('gives a picture of the same size, the same for the same keys, and leaves the given one alone', () => {
    const before = new Uint8Array(picture.values)
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, strength) => {
        const once = distort(picture, strength, randomOf(seed))
        expect(once).toMatchObject({ widthPx, heightPx })
        expect(once.values).toHaveLength(picture.values.length)
        expect(distort(picture, strength, randomOf(seed))).toEqual(once)
      }),
    )
    expect(picture.values).toEqual(before)
  })

  it('goes further the stronger it is', () => {
    const changeOf = (strength: number): number => {
      const seeds = Array.from({ length: 200 }, (_, seed) => seed)
      const changes = seeds.map((seed) => {
        const { values } = distort(picture, strength, randomOf(seed))
        return values.reduce((sum, value, at) => sum + Math.abs(value - (picture.values[at] ?? 0)), 0)
      })
      return changes.reduce((sum, change) => sum + change, 0)
    }
    expect(changeOf(0.5)).toBeGreaterThan(1.1 * changeOf(0.1))
    expect(changeOf(1)).toBeGreaterThan(1.1 * changeOf(0.5))
  })

  it('bears pictures of one pixel and of one colour', () => {
    for (const side of [1, 2, 5]) {
      const flat: Raster = { widthPx: side, heightPx: side, values: new Uint8Array(side * side * 3).fill(77) }
      for (let seed = 0; seed < 60; seed += 1) expect(distort(flat, 1, randomOf(seed)).widthPx).toBe(side)
    }
  })
})
