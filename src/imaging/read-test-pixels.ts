import { decode } from './decode.ts'
import { readHeader } from './header.ts'
import { placementOf, placeUpright, storedBox, uprightSize } from './orientation.ts'
import { readPixelsOf, type ExpectedFile, type PixelsRead } from './pixels-read.ts'
import { resampleTriangle } from './resample.ts'

/** The whole picture squashed to a square, of which the centre is kept. */
export interface TestView extends ExpectedFile {
  readonly resizePx: number
  /** At most `resizePx`. */
  readonly cropPx: number
}

/** Reads a file as test images are read: torchvision's Resize((n, n)) and CenterCrop on a PIL image. */
export function readTestPixels(file: string, view: TestView): Promise<PixelsRead> {
  const { resizePx, cropPx } = view
  return readPixelsOf(file, view, async (bytes) => {
    const header = await readHeader(bytes)
    const margin = roundHalfToEven((resizePx - cropPx) / 2)
    const box = { left: margin, top: margin, width: cropPx, height: cropPx }
    const small = resampleTriangle(await decode(bytes, header), {
      widthPx: resizePx,
      heightPx: resizePx,
      window: storedBox(box, { widthPx: resizePx, heightPx: resizePx, orientation: header.orientation }),
      verticalFirst: placementOf(header.orientation).transposed,
    })
    return { pixels: placeUpright(small, header.orientation), ...uprightSize(header) }
  })
}

/** As torchvision rounds the margin; it decides on which side the larger one is. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
