import type { Raster } from './raster.ts'
import { resampleTriangle } from './resample.ts'

/** Differences up to this many grey levels are noise, so that flat areas always give the same bits. */
const noiseLevels = 1

/**
 * 64-bit difference hash (Krawetz, "Kind of Like That", 2013) as 16 hex digits: for each of 8 rows, whether each of 8
 * cells is darker than the one to its right, after shrinking to 9 x 8. Bit 63 is the top left pair.
 */
export function perceptualHash(raster: Raster): string {
  const { values } = resampleTriangle(raster, { widthPx: 9, heightPx: 8 })
  let hash = 0n
  for (let y = 0; y < 8; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      const left = luma(values, (y * 9 + x) * 3)
      const right = luma(values, (y * 9 + x + 1) * 3)
      hash = (hash << 1n) | (right - left > noiseLevels ? 1n : 0n)
    }
  }
  return hash.toString(16).padStart(16, '0')
}

/** Rec. 601 luma of the pixel at `offset`. */
function luma(values: Uint8Array, offset: number): number {
  return (
    0.299 * (values[offset] as number) + 0.587 * (values[offset + 1] as number) + 0.114 * (values[offset + 2] as number)
  )
}
