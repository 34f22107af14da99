import { describe, expect, it } from 'vitest'
import { readCropPixels } from '../../src/imaging/read-crop-pixels.ts'
import { readTestPixels } from '../../src/imaging/read-test-pixels.ts'
import type { PixelsRead } from '../../src/imaging/pixels-read.ts'
import { differenceOf, readGoldenImages } from '../support/pictures/golden-images.ts'

/** In grey levels of 255. The promise is 1 on average; what is reached is less, and must not slip unseen. */
const meanMax = 0.1
const largestMax = 2

const golden = await readGoldenImages()

function valuesOf(read: PixelsRead): Uint8Array {
  if (read.state === 'unreadable') throw new Error(read.message)
  return read.pixels.values
}

describe('preprocessing agrees with torchvision', () => {
  it('knows at least 20 kinds of files', () => {
    expect(golden.images.length).toBeGreaterThanOrEqual(20)
  })

  it.each(golden.images)('$name', async ({ file, widthPx, heightPx, test, crops }) => {
    const read = await readTestPixels(file, { resizePx: golden.resizePx, cropPx: golden.cropPx })
    expect(read).toMatchObject({ state: 'read', widthPx, heightPx })
    const differences = [differenceOf(valuesOf(read), test)]
    for (const { box, expected } of crops) {
      const crop = { box, sizePx: golden.sizePx, flipHorizontally: false, flipVertically: false }
      differences.push(differenceOf(valuesOf(await readCropPixels(file, crop)), expected))
    }
    for (const { mean, max } of differences) {
      expect(mean).toBeLessThanOrEqual(meanMax)
      expect(max).toBeLessThanOrEqual(largestMax)
    }
  })

  it('mirrors what was cropped', async () => {
    const image = golden.images.find(({ name }) => name === 'orientation-6.jpg')
    const crop = image?.crops[0]
    if (!image || !crop) throw new Error('the fixture is gone')
    const side = golden.sizePx
    for (const [flipHorizontally, flipVertically] of [
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const view = { box: crop.box, sizePx: side, flipHorizontally, flipVertically }
      const values = valuesOf(await readCropPixels(image.file, view))
      const mirrored = crop.expected.map((_, index) => {
        const [x, y, channel] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side), index % 3]
        const from = (flipVertically ? side - 1 - y : y) * side + (flipHorizontally ? side - 1 - x : x)
        return crop.expected[from * 3 + channel] ?? 0
      })
      expect(differenceOf(values, mirrored).max).toBeLessThanOrEqual(largestMax)
    }
  })
})
