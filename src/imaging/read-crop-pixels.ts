import { decode } from './decode.ts'
import { readHeader } from './header.ts'
import { placementOf, placeUpright, storedBox, uprightSize, type Box } from './orientation.ts'
import { readPixelsOf, type ExpectedFile, type PixelsRead } from './pixels-read.ts'
import { resampleTriangle } from './resample.ts'

/** A part of the upright picture, squashed to a square and then perhaps mirrored. */
export interface CropView extends ExpectedFile {
  /** In pixels of the upright picture, or a function that chooses it once the size is known. */
  readonly box: Box | ((size: { readonly widthPx: number; readonly heightPx: number }) => Box)
  readonly sizePx: number
  readonly flipHorizontally: boolean
  readonly flipVertically: boolean
}

/** Reads a part of a file as training images are read: torchvision's resized_crop on a PIL image, then the flips. */
export function readCropPixels(file: string, view: CropView): Promise<PixelsRead> {
  return readPixelsOf(file, view, async (bytes) => {
    const header = await readHeader(bytes)
    const size = uprightSize(header)
    const box = typeof view.box === 'function' ? view.box(size) : view.box
    const small = resampleTriangle(await decode(bytes, header, { box: storedBox(box, header) }), {
      widthPx: view.sizePx,
      heightPx: view.sizePx,
      verticalFirst: placementOf(header.orientation).transposed,
    })
    const flip = { horizontally: view.flipHorizontally, vertically: view.flipVertically }
    return { pixels: placeUpright(small, header.orientation, flip), ...size }
  })
}
