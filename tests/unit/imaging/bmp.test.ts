import { describe, expect, it } from 'vitest'
import { decodeBmp } from '../../../src/imaging/bmp/decode.ts'
import { readBmpHeader } from '../../../src/imaging/bmp/header.ts'
import { bmp } from '../../support/pictures/picture-bytes.ts'

const red = [255, 0, 0]
const green = [0, 255, 0]
const blue = [0, 0, 255]
/** Red, green, blue, black; files store blue first. */
const palette = Uint8Array.from([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0])
const size = { widthPx: 3, heightPx: 2 }
const upper = [red, green, blue]
const lower = [blue, blue, red]
const picture = [...upper, ...lower].flat()

function expectPicture(bytes: Buffer): void {
  const { values, channels } = decodeBmp(bytes)
  const rgb = channels === 3 ? [...values] : [...values].filter((_, index) => index % 4 !== 3)
  expect(rgb).toEqual(picture)
  expect(readBmpHeader(bytes)).toMatchObject({ format: 'bmp', ...size })
}

function refusal(reason: string): Error {
  return expect.objectContaining({ reason }) as Error
}

describe('decodeBmp', () => {
  it.each([
    ['8 bits', { bitsPerPixel: 8, pixels: [2, 2, 0, 0, 0, 1, 2, 0] }],
    ['4 bits', { bitsPerPixel: 4, pixels: [0x22, 0x00, 0, 0, 0x01, 0x20, 0, 0] }],
    ['8 bits, run lengths', { bitsPerPixel: 8, compression: 1, pixels: [2, 2, 1, 0, 0, 0, 0, 3, 0, 1, 2, 0, 0, 1] }],
    ['4 bits, run lengths', { bitsPerPixel: 4, compression: 2, pixels: [2, 0x22, 1, 0, 0, 0, 0, 3, 0x01, 0x20, 0, 1] }],
  ])('reads %s', (_, { pixels, ...options }) => {
    expectPicture(bmp({ ...size, ...options, palette, pixels: Uint8Array.from(pixels) }))
  })

  it('reads 1 bit', () => {
    const bytes = bmp({
      widthPx: 9,
      heightPx: 1,
      bitsPerPixel: 1,
      palette: palette.subarray(0, 8),
      pixels: Uint8Array.from([0b01010101, 0b10000000, 0, 0]),
    })
    const expected = [red, green, red, green, red, green, red, green, green].flat()
    expect([...decodeBmp(bytes).values]).toEqual(expected)
  })

  it('reads 24 bits, from the bottom and from the top', () => {
    const row = (colours: number[][]): number[] => [...colours.flatMap(([r = 0, g = 0, b = 0]) => [b, g, r]), 0, 0, 0]
    expectPicture(bmp({ ...size, bitsPerPixel: 24, pixels: Uint8Array.from([...row(lower), ...row(upper)]) }))
    const topDown = Uint8Array.from([...row(upper), ...row(lower)])
    const bytes = bmp({ ...size, heightPx: -2, bitsPerPixel: 24, pixels: topDown })
    expectPicture(bytes)
    // The padding of the last row is often left out.
    expectPicture(bytes.subarray(0, -3))
    expect(() => decodeBmp(bytes.subarray(0, -4))).toThrow(refusal('truncated'))
  })

  it('reads 16 bits as 5-5-5 and by masks', () => {
    const pixels = (colours: number[]): Uint8Array => {
      const rows = Buffer.alloc(16)
      for (const [index, colour] of colours.entries()) rows.writeUInt16LE(colour, (index < 3 ? 0 : 2) + index * 2)
      return rows
    }
    const fives = [0x001f, 0x001f, 0x7c00, 0x7c00, 0x03e0, 0x001f]
    expectPicture(bmp({ ...size, bitsPerPixel: 16, pixels: pixels(fives) }))
    const sixes = [0x001f, 0x001f, 0xf800, 0xf800, 0x07e0, 0x001f]
    const masks = [0xf800, 0x07e0, 0x001f]
    expectPicture(bmp({ ...size, bitsPerPixel: 16, compression: 3, masks, pixels: pixels(sixes) }))
  })

  it('reads 32 bits with and without alpha', () => {
    const colours = [...lower, ...upper]
    const pixels = (alpha: number): Uint8Array =>
      Uint8Array.from(colours.flatMap(([r = 0, g = 0, b = 0]) => [b, g, r, alpha]))
    expectPicture(bmp({ ...size, bitsPerPixel: 32, pixels: pixels(0) }))
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000]
    const half = decodeBmp(bmp({ ...size, bitsPerPixel: 32, compression: 6, masks, pixels: pixels(128) }))
    expect(half.values[3]).toBe(128)
    // Declared and never written: the picture is meant to be seen.
    const forgotten = decodeBmp(bmp({ ...size, bitsPerPixel: 32, compression: 6, masks, pixels: pixels(0) }))
    expect(forgotten.values[3]).toBe(255)
  })

  it('skips pixels where run lengths jump', () => {
    const pixels = Uint8Array.from([0, 2, 1, 0, 1, 1, 0, 1])
    const { values } = decodeBmp(bmp({ ...size, bitsPerPixel: 8, compression: 1, palette, pixels }))
    expect([...values]).toEqual([red, red, red, red, green, red].flat())
  })

  it.each([
    ['a colour that is not in the palette', { bitsPerPixel: 8, pixels: [9, 2, 0, 0, 0, 1, 2, 0] }, 'corrupt'],
    ['runs that leave the picture', { bitsPerPixel: 8, compression: 1, pixels: [200, 1, 0, 1] }, 'corrupt'],
    ['runs without an end', { bitsPerPixel: 8, compression: 1, pixels: [3, 1, 0, 0] }, 'truncated'],
    ['runs that end in a jump', { bitsPerPixel: 4, compression: 2, pixels: [3, 0x22, 0, 2, 255, 0] }, 'truncated'],
    ['rows that are not there', { bitsPerPixel: 8, pixels: [2, 2, 0, 0] }, 'truncated'],
    ['a JPEG inside', { bitsPerPixel: 24, compression: 4, pixels: [] }, 'format-not-supported'],
    ['48 bits', { bitsPerPixel: 48, pixels: [] }, 'format-not-supported'],
    [
      'masks with holes',
      { bitsPerPixel: 16, compression: 3, masks: [5, 2, 8], pixels: new Array(16).fill(0) },
      'corrupt',
    ],
  ])('refuses %s', (_, options: { bitsPerPixel: number; pixels: number[] }, reason) => {
    const bytes = bmp({ ...size, palette, ...options, pixels: Uint8Array.from(options.pixels) })
    expect(() => decodeBmp(bytes)).toThrow(refusal(reason))
  })

  it('ends with a refusal wherever the file is cut', () => {
    const whole = bmp({ ...size, bitsPerPixel: 8, palette, pixels: Uint8Array.from([2, 2, 0, 0, 0, 1, 2, 0]) })
    for (let length = 0; length < whole.length - 1; length += 1) {
      expect(() => decodeBmp(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ reason: expect.any(String) as string }) as Error,
      )
    }
  })
})
