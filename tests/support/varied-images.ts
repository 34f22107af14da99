import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { randomOf } from '../../src/shared/random.ts'

interface Kind {
  readonly name: string
  readonly widthPx: number
  readonly heightPx: number
  readonly encode: (picture: Sharp) => Sharp
}

/** What people have: sizes, formats, orientations, colours and transparency of many kinds. */
const kinds: readonly Kind[] = [
  { name: 'wide.jpg', widthPx: 311, heightPx: 180, encode: (picture) => picture.jpeg({ quality: 90 }) },
  {
    name: 'turned.jpg',
    widthPx: 200,
    heightPx: 97,
    encode: (picture) => picture.jpeg().withMetadata({ orientation: 6 }),
  },
  {
    name: 'mirrored.jpg',
    widthPx: 90,
    heightPx: 130,
    encode: (picture) => picture.jpeg().withMetadata({ orientation: 5 }),
  },
  { name: 'grey.png', widthPx: 120, heightPx: 120, encode: (picture) => picture.greyscale().png() },
  { name: 'deep.png', widthPx: 64, heightPx: 80, encode: (picture) => picture.toColourspace('rgb16').png() },
  { name: 'clear.png', widthPx: 150, heightPx: 70, encode: (picture) => picture.ensureAlpha(0.5).png() },
  { name: 'palette.png', widthPx: 77, heightPx: 99, encode: (picture) => picture.png({ palette: true, colours: 16 }) },
  { name: 'modern.webp', widthPx: 256, heightPx: 256, encode: (picture) => picture.webp() },
  { name: 'ink.jpg', widthPx: 140, heightPx: 140, encode: (picture) => picture.toColourspace('cmyk').jpeg() },
  { name: 'tiny.png', widthPx: 9, heightPx: 5, encode: (picture) => picture.png() },
  { name: 'large.jpg', widthPx: 1601, heightPx: 1203, encode: (picture) => picture.jpeg() },
  { name: 'scan.tiff', widthPx: 333, heightPx: 222, encode: (picture) => picture.tiff() },
]

/** Writes one picture of each kind into a folder; their classes go round. */
export async function writeVariedImages(folder: string, classCount: number): Promise<DatasetEntry[]> {
  const entries: DatasetEntry[] = []
  for (const [index, { name, widthPx, heightPx, encode }] of kinds.entries()) {
    const raw = { width: widthPx, height: heightPx, channels: 3 } as const
    const bytes = await encode(sharp(drawPicture(widthPx, heightPx, index), { raw })).toBuffer()
    await writeFile(join(folder, name), bytes)
    const contentHash = createHash('sha256').update(bytes).digest('hex')
    const classIndex = index % classCount
    entries.push(DatasetEntry.parse({ imageId: index + 1, path: name, contentHash, classIndex, split: 'test' }))
  }
  return entries
}

/** Smooth waves with some noise, different for each key. */
function drawPicture(widthPx: number, heightPx: number, key: number): Uint8Array {
  const random = randomOf(key, 99)
  const waves = Array.from({ length: 9 }, () => [random() * 9, random() * 9, random() * 7] as const)
  const pixels = new Uint8Array(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const height = waves
          .slice(channel * 3, channel * 3 + 3)
          .reduce(
            (sum, [across, down, phase]) => sum + Math.sin((across * x) / widthPx + (down * y) / heightPx + phase),
            0,
          )
        pixels[(y * widthPx + x) * 3 + channel] = Math.round(127 + height * 38 + random() * 12)
      }
    }
  }
  return pixels
}
