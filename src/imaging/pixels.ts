import type { UnreadableReason } from '../shared/domain/image.ts'
import { decode } from './decode.ts'
import { readHeader } from './header.ts'
import { placementOf, placeUpright, storedBox, uprightSize, type Box } from './orientation.ts'
import type { Raster } from './raster.ts'
import { readSource } from './read-source.ts'
import { toRefusedImage } from './refused-image.ts'
import { resampleTriangle } from './resample.ts'

/** Pixels ready for the network: 8-bit sRGB, upright, red, green and blue for each pixel, rows from the top. */
export type Pixels = Raster

export type PixelsRead =
  | {
      readonly state: 'read'
      readonly pixels: Pixels
      /** SHA-256 of the file's bytes, to compare with what the dataset was frozen with. */
      readonly contentHash: string
      /** Of the whole upright picture. */
      readonly widthPx: number
      readonly heightPx: number
    }
  | { readonly state: 'unreadable'; readonly reason: UnreadableReason; readonly message: string }

/** The whole picture squashed to a square, of which the centre is kept: torchvision's Resize and CenterCrop. */
export interface TestView {
  readonly resizePx: number
  readonly cropPx: number
}

/** A box of the upright picture, resized to a square: torchvision's RandomResizedCrop. */
export interface CropView {
  /** The box itself, or a function that chooses it once the size is known. */
  readonly box: Box | ((size: { widthPx: number; heightPx: number }) => Box)
  readonly sizePx: number
  readonly flipHorizontally: boolean
  readonly flipVertically: boolean
}

/** Reads a file as test images are read. A file that is no good is an answer, not an error. */
export async function readTestPixels(file: string, view: TestView): Promise<PixelsRead> {
  return read(file, async (bytes) => {
    const header = await readHeader(bytes)
    const raster = await decode(bytes, header)
    const { resizePx, cropPx } = view
    if (cropPx > resizePx) throw new RangeError('the crop does not fit into the resized picture')
    // torchvision rounds halves to even, so the larger margin may be on either side.
    const margin = roundHalfToEven((resizePx - cropPx) / 2)
    const box = { left: margin, top: margin, width: cropPx, height: cropPx }
    const small = resampleTriangle(raster, {
      widthPx: resizePx,
      heightPx: resizePx,
      window: storedBox(box, { widthPx: resizePx, heightPx: resizePx, orientation: header.orientation }),
      verticalFirst: placementOf(header.orientation).transposed,
    })
    return { pixels: placeUpright(small, header.orientation), ...uprightSize(header) }
  })
}

/** Reads a part of a file as training images are read. A file that is no good is an answer, not an error. */
export async function readCropPixels(file: string, view: CropView): Promise<PixelsRead> {
  return read(file, async (bytes) => {
    const header = await readHeader(bytes)
    const size = uprightSize(header)
    const box = typeof view.box === 'function' ? view.box(size) : view.box
    const raster = await decode(bytes, header, { box: storedBox(box, header) })
    const small = resampleTriangle(raster, {
      widthPx: view.sizePx,
      heightPx: view.sizePx,
      verticalFirst: placementOf(header.orientation).transposed,
    })
    const flip = { horizontally: view.flipHorizontally, vertically: view.flipVertically }
    return { pixels: placeUpright(small, header.orientation, flip), ...size }
  })
}

async function read(
  file: string,
  make: (bytes: Uint8Array) => Promise<{ pixels: Pixels; widthPx: number; heightPx: number }>,
): Promise<PixelsRead> {
  try {
    const { bytes, contentHash } = await readSource(file)
    return { state: 'read', contentHash, ...(await make(bytes)) }
  } catch (error) {
    const { reason, message } = toRefusedImage(error)
    return { state: 'unreadable', reason, message }
  }
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
