import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../src/imaging/decode.ts'
import { sharp } from '../../../src/imaging/decoder.ts'
import { readHeader } from '../../../src/imaging/header.ts'
import { perceptualHash } from '../../../src/imaging/perceptual-hash.ts'
import { sourceFolder } from '../../support/pictures/golden-images.ts'

type Side = Parameters<typeof perceptualHash>[1]

async function hashOf(bytes: Uint8Array, side: Side): Promise<string> {
  return perceptualHash(await decode(bytes, await readHeader(bytes)), side)
}

function distanceBits(a: string, b: string): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length
}

const photos = ['photo-444.jpg', 'grey.jpg', 'deflate.tif', 'grey.png', 'tall.jpg'].map((name) =>
  readFileSync(join(sourceFolder, name)),
)

describe.each([8, 16] as const)('perceptualHash of %i cells a side', (side) => {
  const bits = side * side

  it('stays nearly the same when a picture is coded anew, resized or brightened', async () => {
    for (const bytes of photos) {
      const hash = await hashOf(bytes, side)
      expect(hash).toMatch(new RegExp(`^[0-9a-f]{${bits / 4}}$`))
      const { width } = await sharp(bytes).metadata()
      const copies = await Promise.all([
        sharp(bytes).jpeg({ quality: 40 }).toBuffer(),
        sharp(bytes).webp({ quality: 50 }).toBuffer(),
        sharp(bytes)
          .resize(Math.round(width * 0.6))
          .png()
          .toBuffer(),
        sharp(bytes)
          .resize(width * 2)
          .jpeg()
          .toBuffer(),
        sharp(bytes).modulate({ brightness: 1.1 }).png().toBuffer(),
      ])
      for (const copy of copies) expect(distanceBits(hash, await hashOf(copy, side))).toBeLessThanOrEqual(bits / 10)
    }
  })

  it('tells different pictures apart', async () => {
    const hashes = await Promise.all(photos.map((bytes) => hashOf(bytes, side)))
    for (const [index, hash] of hashes.entries()) {
      for (const other of hashes.slice(index + 1)) expect(distanceBits(hash, other)).toBeGreaterThan(bits / 5)
    }
  })

  it('is steady where nothing is to be seen', () => {
    const values = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => 127 + ((index * 7919) % 3))
    expect(perceptualHash({ values, widthPx: 64, heightPx: 64 }, side)).toBe('0'.repeat(bits / 4))
  })

  it('has one bit for each pair of neighbours, the top left first', () => {
    const values = new Uint8Array((side + 1) * side * 3)
    values.fill(200, 3, 6)
    const hash = perceptualHash({ values, widthPx: side + 1, heightPx: side }, side)
    expect(hash).toBe(`8${'0'.repeat(bits / 4 - 1)}`)
  })
})
