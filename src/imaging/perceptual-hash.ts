import type { Raster } from './raster.ts'
import { resampleTriangle } from './resample.ts'

/** Differences up to this many grey levels are noise, so that flat areas always give the same bits. */
const noiseLevels = 1

/**
 * Difference hash (Krawetz, "Kind of Like That", 2013) in hex: for each of `side` rows, whether each of `side` cells is
 * darker than the one to its right, after shrinking to (side + 1) x side. The first bit is the top left pair.
 */
export function perceptualHash(raster: Raster, side: 8 | 16): string {
  const { values } = resampleTriangle(raster, { widthPx: side + 1, heightPx: side })
  let hash = 0n
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const left = luma(values, (y * (side + 1) + x) * 3)
      const right = luma(values, (y * (side + 1) + x + 1) * 3)
      hash = (hash << 1n) | (right - left > noiseLevels ? 1n : 0n)
    }
  }
  return hash.toString(16).padStart((side * side) / 4, '0')
}

/** Rec. 601 luma of the pixel at `offset`. */
function luma(values: Uint8Array, offset: number): number {
  return (
    0.299 * (values[offset] as number) + 0.587 * (values[offset + 1] as number) + 0.114 * (values[offset + 2] as number)
  )
}
