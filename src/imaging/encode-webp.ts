import { sharp } from './decoder.ts'
import type { Raster } from './raster.ts'

/** Lossy WebP smears the colours of a handful of pixels, which costs nothing to avoid. */
const losslessPxMax = 64

/** What a person looks at, quickly made. */
export async function encodeWebp(
  { values, widthPx, heightPx }: Raster,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoded = await sharp(values, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .webp({ quality, effort: 0, lossless: Math.max(widthPx, heightPx) <= losslessPxMax })
    .toBuffer()
  // A copy of its own: small buffers of Node share one allocation.
  return new Uint8Array(encoded)
}
