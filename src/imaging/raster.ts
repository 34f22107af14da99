/** Decoded pixels: 8-bit sRGB, rows from the top, three values a pixel. */
export interface Raster {
  readonly values: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Gives back at once the memory of values that nobody needs any more, and that is theirs alone: no part of a pool. Left to the
 * garbage collector, some thirty decoded pictures are enough to make it run.
 */
export function letGo({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
