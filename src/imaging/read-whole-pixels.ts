import { decode } from './decode.ts'
import { readHeader } from './header.ts'
import { placeUpright, uprightSize } from './orientation.ts'
import { readPixelsOf, type PixelsRead } from './pixels-read.ts'

/** Reads a picture in its full size, for what resizes it itself. */
export function readWholePixels(file: string): Promise<PixelsRead> {
  return readPixelsOf(file, {}, async ({ bytes }) => {
    const header = await readHeader(bytes)
    return { pixels: placeUpright(await decode(bytes, header), header.orientation), ...uprightSize(header) }
  })
}
