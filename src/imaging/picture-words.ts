import type { Raster } from './raster.ts'

/** An upright picture as graphics cards read it: one number a pixel, red in the lowest 8 bits, then green and blue; rows from the top. */
export interface PictureWords {
  readonly words: Int32Array
  readonly widthPx: number
  readonly heightPx: number
}

export function wordsOf({ values, widthPx, heightPx }: Raster): PictureWords {
  const words = new Int32Array(widthPx * heightPx)
  for (let pixel = 0, at = 0; pixel < words.length; pixel += 1, at += 3) {
    words[pixel] = (values[at] as number) | ((values[at + 1] as number) << 8) | ((values[at + 2] as number) << 16)
  }
  return { words, widthPx, heightPx }
}
