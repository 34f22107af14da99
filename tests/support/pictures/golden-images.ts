import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

const folder = join(import.meta.dirname, '../../fixtures/golden-images')
export const sourceFolder = join(folder, 'sources')

const Manifest = z.strictObject({
  resizePx: z.int(),
  cropPx: z.int(),
  sizePx: z.int(),
  images: z.array(
    z.strictObject({
      name: z.string(),
      widthPx: z.int(),
      heightPx: z.int(),
      boxes: z.array(z.tuple([z.int(), z.int(), z.int(), z.int()])),
    }),
  ),
})

/** A picture file with what torchvision makes of it. */
export interface GoldenImage {
  readonly name: string
  readonly file: string
  readonly widthPx: number
  readonly heightPx: number
  readonly test: Uint8Array
  readonly crops: readonly {
    readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
    readonly expected: Uint8Array
  }[]
}

export async function readGoldenImages() {
  const { images, ...sizes } = Manifest.parse(JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')))
  const expected = gunzipSync(await readFile(join(folder, 'expected.bin.gz')))
  let offset = 0
  const take = (sidePx: number): Uint8Array => {
    offset += sidePx * sidePx * 3
    return expected.subarray(offset - sidePx * sidePx * 3, offset)
  }
  const golden = images.map(({ boxes, ...image }): GoldenImage => ({
    ...image,
    file: join(sourceFolder, image.name),
    test: take(sizes.cropPx),
    crops: boxes.map(([left, top, width, height]) => ({
      box: { left, top, width, height },
      expected: take(sizes.sizePx),
    })),
  }))
  return { ...sizes, images: golden }
}

/** Mean and largest difference of two pictures in grey levels. */
export function differenceOf(a: Uint8Array, b: Uint8Array): { readonly mean: number; readonly max: number } {
  if (a.length !== b.length) throw new Error(`pictures of ${a.length} and ${b.length} values`)
  let sum = 0
  let max = 0
  for (const [index, value] of a.entries()) {
    const difference = Math.abs(value - (b[index] ?? 0))
    sum += difference
    max = Math.max(max, difference)
  }
  return { mean: sum / a.length, max }
}
