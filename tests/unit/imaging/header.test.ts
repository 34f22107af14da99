import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { conversionsOf } from '../../../src/imaging/conversions.ts'
import { decode } from '../../../src/imaging/decode.ts'
import { sharp } from '../../../src/imaging/decoder.ts'
import { readHeader } from '../../../src/imaging/header.ts'
import { sourceFolder } from '../../support/pictures/golden-images.ts'

async function conversions(bytes: Uint8Array): Promise<string[]> {
  const header = await readHeader(bytes)
  return conversionsOf(header, await decode(bytes, header))
}

const flat = { width: 16, height: 12, channels: 3, background: { r: 200, g: 60, b: 30 } } as const

describe('what reading says that it converted', () => {
  it.each([
    ['photo-420.jpg', []],
    ['alpha.png', ['transparency on white']],
    ['animated.gif', ['first of 3 frames']],
    ['animated.webp', ['first of 3 frames']],
    ['cmyk.jpg', ['CMYK to sRGB']],
    ['cmyk.tif', ['CMYK to sRGB']],
    ['colour-16-bit.png', ['16 bits to 8']],
    ['grey-16-bit.png', ['grey to sRGB', '16 bits to 8']],
    ['grey-alpha.png', ['grey to sRGB', 'transparency on white']],
    ['grey.jpg', ['grey to sRGB']],
    ['orientation-1.jpg', []],
    ['orientation-6.jpg', ['orientation 6 turned upright']],
    ['palette.png', ['palette to full colour']],
    ['palette-transparent.png', ['palette to full colour', 'transparency on white']],
    ['palette.bmp', ['palette to full colour']],
    ['palette.gif', []],
    ['plain.bmp', []],
  ])('%s: %j', async (name, expected) => {
    expect(await conversions(readFileSync(join(sourceFolder, name)))).toEqual(expected)
  })

  it('an opaque alpha channel is nothing to speak of', async () => {
    expect(await conversions(await sharp({ create: flat }).ensureAlpha(1).png().toBuffer())).toEqual([])
  })

  it('profiles by their names, and sRGB not at all', async () => {
    const p3 = await sharp({ create: flat }).withIccProfile('p3').png().toBuffer()
    expect(await conversions(p3)).toEqual([expect.stringMatching(/P3.* to sRGB$/)])
    const srgb = await sharp({ create: flat }).withIccProfile('srgb').png().toBuffer()
    expect(await conversions(srgb)).toEqual([])
    const { profile } = await readHeader(srgb)
    expect(profile).toMatchObject({ space: 'RGB', isSrgb: true })
  })

  it('colours in a wide space come back as they were', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const) {
      const bytes = await sharp({ create: flat }).withIccProfile('p3')[format]({ quality: 100 }).toBuffer()
      const header = await readHeader(bytes)
      expect(header).toMatchObject({ format, widthPx: 16, heightPx: 12 })
      const { values } = await decode(bytes, header)
      const [red = 0, green = 0, blue = 0] = values
      const worst = Math.max(Math.abs(red - 200), Math.abs(green - 60), Math.abs(blue - 30))
      expect(worst).toBeLessThanOrEqual(4)
    }
  })
})
