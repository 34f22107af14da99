import { sharp } from './decoder.ts'
import { encodeWebp } from './encode-webp.ts'
import type { Raster } from './raster.ts'

const quality = 85

/** Square pictures side by side as one WebP, each brought to `sidePx`. Small ones keep their hard pixels. */
export async function encodeStrip(pictures: readonly Raster[], sidePx: number): Promise<Uint8Array<ArrayBuffer>> {
  const widthPx = sidePx * pictures.length
  const values = new Uint8Array(widthPx * sidePx * 3)
  for (const [index, picture] of pictures.entries()) {
    const square = await toSide(picture, sidePx)
    for (let y = 0; y < sidePx; y += 1) {
      const row = square.subarray(y * sidePx * 3, (y + 1) * sidePx * 3)
      values.set(row, (y * widthPx + index * sidePx) * 3)
    }
  }
  return encodeWebp({ values, widthPx, heightPx: sidePx }, quality)
}

async function toSide({ values, widthPx, heightPx }: Raster, sidePx: number): Promise<Uint8Array> {
  if (widthPx === sidePx && heightPx === sidePx) return values
  return sharp(values, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .resize(sidePx, sidePx, { fit: 'fill', kernel: widthPx < sidePx ? 'nearest' : 'lanczos3' })
    .raw()
    .toBuffer()
}
