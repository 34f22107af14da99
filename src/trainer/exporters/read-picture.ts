import { readWholePixels } from '../../imaging/read-whole-pixels.ts'
import type { Raster } from '../../imaging/raster.ts'

/** A picture of so many pixels takes about a gigabyte while it is resized in 32-bit numbers. */
const pixelCountMax = 2 ** 26

/** A picture in its full size; null where it is gone by now or too large to compare over. */
export async function readPicture(file: string): Promise<Raster | null> {
  const read = await readWholePixels(file)
  if (read.state === 'unreadable' || read.widthPx * read.heightPx > pixelCountMax) return null
  return read.pixels
}
