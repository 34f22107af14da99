import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decode } from '../../../src/imaging/decode.ts'
import { sharp } from '../../../src/imaging/decoder.ts'
import { examineFile } from '../../../src/imaging/examine.ts'
import { readHeader } from '../../../src/imaging/header.ts'
import { readTestPixels } from '../../../src/imaging/read-test-pixels.ts'
import { readWholePixels } from '../../../src/imaging/read-whole-pixels.ts'
import type { Raster } from '../../../src/imaging/raster.ts'
import { resampleTriangle } from '../../../src/imaging/resample.ts'
import { differenceOf, readGoldenImages } from '../../support/pictures/golden-images.ts'

const folder = mkdtempSync(join(tmpdir(), 'athanor-agreement-'))
afterAll(() => rmSync(folder, { recursive: true }))
const { images } = await readGoldenImages()
const sidePx = 32

function shrunk(raster: Raster): Uint8Array {
  return resampleTriangle(raster, { widthPx: sidePx, heightPx: sidePx }).values
}

/** The mean colours of 4 x 4 parts. */
function partsOf(raster: Raster): Uint8Array {
  return resampleTriangle(raster, { widthPx: 4, heightPx: 4 }).values
}

/** Smooth pictures in kinds that the golden ones lack. */
async function moreFiles(): Promise<string[]> {
  const smooth = sharp(
    Uint8Array.from({ length: 60 * 45 * 3 }, (_, index) => 40 + ((index * 3) % 180) * 0.9),
    {
      raw: { width: 60, height: 45, channels: 3 },
    },
  ).blur(6)
  const kinds = {
    'p3.jpg': smooth.clone().withIccProfile('p3').jpeg({ quality: 95 }),
    'p3-16-bit.png': smooth.clone().withIccProfile('p3').toColourspace('rgb16').png(),
    'cmyk-profile.jpg': smooth.clone().withIccProfile('cmyk').jpeg({ quality: 95 }),
    'turned.webp': smooth.clone().withMetadata({ orientation: 6 }).webp({ quality: 95 }),
    'turned.tif': smooth.clone().withMetadata({ orientation: 8 }).tiff({ compression: 'lzw' }),
    'turned.png': smooth.clone().withMetadata({ orientation: 3 }).png(),
    'plain.avif': smooth.clone().avif({ quality: 90 }),
    'alpha.avif': smooth.clone().ensureAlpha(0.5).avif({ quality: 90 }),
    'one-bit.tif': smooth.clone().threshold(128).toColourspace('b-w').tiff({ bitdepth: 1, compression: 'ccittfax4' }),
  }
  const files: string[] = []
  for (const [name, picture] of Object.entries(kinds)) {
    files.push(join(folder, name))
    writeFileSync(join(folder, name), await picture.toBuffer())
  }
  return files
}

const files = [...images.map(({ file }) => file), ...(await moreFiles())].map((file) => [basename(file), file])

describe('thumbnail, whole picture and network see the same', () => {
  it.each(files)('%s', async (_, file = '') => {
    const [examined, whole, network] = [
      await examineFile(file, { thumbnailPx: 512 }),
      await readWholePixels(file),
      await readTestPixels(file, { resizePx: sidePx, cropPx: sidePx }),
    ]
    if (examined.state !== 'readable' || whole.state !== 'read' || network.state !== 'read') {
      throw new Error(JSON.stringify([examined.state, whole.state, network.state]))
    }
    const { widthPx, heightPx } = examined.facts
    expect(whole).toMatchObject({ widthPx, heightPx, pixels: { widthPx, heightPx } })
    expect(network).toMatchObject({ widthPx, heightPx })
    expect(whole.contentHash).toBe(examined.contentHash)
    expect(network.contentHash).toBe(examined.contentHash)
    const thumbnail = await decode(examined.thumbnail, await readHeader(examined.thumbnail))
    expect(Math.abs(thumbnail.widthPx / thumbnail.heightPx - widthPx / heightPx) / (widthPx / heightPx)).toBeLessThan(
      0.1,
    )
    expect(differenceOf(shrunk(whole.pixels), network.pixels.values).max).toBeLessThanOrEqual(1)
    // The thumbnail is coded with loss, above all the colours of small detail; its parts must still be the same.
    expect(differenceOf(partsOf(thumbnail), partsOf(whole.pixels)).mean).toBeLessThan(5)
  })

  it('an enormous picture is shrunk while it is decoded, and looks the same', async () => {
    const file = join(folder, 'enormous.png')
    const side = 4200
    const rows = Buffer.alloc(side * side)
    for (let index = 0; index < rows.length; index += 1)
      rows[index] = (index % 9) * 25 + (Math.floor(index / side) % 7) * 4
    writeFileSync(
      file,
      await sharp(rows, { raw: { width: side, height: side, channels: 1 } })
        .png({ compressionLevel: 1 })
        .toBuffer(),
    )
    const network = await readTestPixels(file, { resizePx: 256, cropPx: 256 })
    if (network.state !== 'read') throw new Error(network.message)
    const values = new Uint8Array(rows.length * 3)
    for (const [index, level] of rows.entries()) values.fill(level, index * 3, index * 3 + 3)
    const exact = resampleTriangle({ values, widthPx: side, heightPx: side }, { widthPx: 256, heightPx: 256 })
    expect(differenceOf(network.pixels.values, exact.values).mean).toBeLessThan(1)
  })
})
