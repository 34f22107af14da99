import { chooseCrop } from '../choose-crop.ts'
import { decode } from '../decode.ts'
import { distort, drawDistortion } from '../distort/distort.ts'
import { readHeader, type Header } from '../header.ts'
import { shareRaster, type KeptPicture } from '../kept-pictures.ts'
import { patientDecodeSecondsMax } from '../limits.ts'
import { placementOf, placeUpright, storedBox, uprightSize, type Box } from '../orientation.ts'
import { wordsOf } from '../picture-words.ts'
import { readPixelsOf, type PixelsRead } from '../pixels-read.ts'
import type { CropView, KeptView } from '../read-crop-pixels.ts'
import type { TestView } from '../read-test-pixels.ts'
import { letGo, type Raster } from '../raster.ts'
import { isAsItWas } from '../read-source.ts'
import { resampleTriangle } from '../resample.ts'
import { randomOf } from '../../shared/random.ts'

/** One file to read; plain values, so that it can be sent to a thread. */
export type PixelRequest =
  | { readonly kind: 'test'; readonly file: string; readonly view: TestView }
  | { readonly kind: 'crop'; readonly file: string; readonly view: CropView }
  | { readonly kind: 'kept'; readonly file: string; readonly picture: KeptPicture; readonly view: KeptView }

export async function makePixels(request: PixelRequest): Promise<PixelsRead> {
  switch (request.kind) {
    case 'test':
      return makeTestPixels(request.file, request.view)
    case 'crop':
      return makeCropPixels(request.file, request.view)
    case 'kept':
      return (await isAsItWas(request.file, request.picture))
        ? makeKeptPixels(request.picture, request.view)
        : makeCropPixels(request.file, request.view)
  }
}

function makeTestPixels(file: string, view: TestView): Promise<PixelsRead> {
  const { resizePx, cropPx } = view
  return readPixelsOf(file, view, async ({ bytes }) => {
    const header = await readHeader(bytes)
    const margin = roundHalfToEven((resizePx - cropPx) / 2)
    const box = { left: margin, top: margin, width: cropPx, height: cropPx }
    const whole = { left: 0, top: 0, width: header.widthPx, height: header.heightPx }
    const decoded = await decodeBox(bytes, header, { box: whole, sidePx: resizePx })
    const small = resampleTriangle(decoded, {
      widthPx: resizePx,
      heightPx: resizePx,
      window: storedBox(box, { widthPx: resizePx, heightPx: resizePx, orientation: header.orientation }),
      verticalFirst: placementOf(header.orientation).transposed,
    })
    letGo(decoded.values)
    return { pixels: placeUpright(small, header.orientation), ...uprightSize(header) }
  })
}

function makeCropPixels(file: string, view: CropView): Promise<PixelsRead> {
  return readPixelsOf(file, view, async (source) => {
    const { bytes } = source
    const header = await readHeader(bytes)
    const size = uprightSize(header)
    const stored = storedBox(boxOf(view, size), header)
    const isUpTo = (pixels = 0) => size.widthPx * size.heightPx <= Math.min(exactPixelCountMax, pixels)
    const [isGiven, isKept] = [isUpTo(view.wholeUpTo), isUpTo(view.keepUpTo)]
    const whole = isGiven || isKept ? await decode(bytes, header, patiently) : null
    const part = whole ?? (await decodeBox(bytes, header, { box: stored, sidePx: view.sizePx }))
    const made = {
      pixels: finishCrop(part, { box: whole ? stored : null, orientation: header.orientation }, view),
      ...(whole && isGiven && { whole: wordsOf(placeUpright(whole, header.orientation)) }),
      ...(whole && isKept && { kept: shareRaster(whole, { ...source, orientation: header.orientation }) }),
      ...size,
    }
    letGo(part.values)
    return made
  })
}

function makeKeptPixels(picture: KeptPicture, view: KeptView): PixelsRead {
  const size = uprightSize(picture)
  const box = storedBox(boxOf(view, size), picture)
  const pixels = finishCrop(picture, { box, orientation: picture.orientation }, view)
  return { state: 'read', contentHash: view.contentHash, pixels, ...size }
}

function boxOf({ box }: CropView, size: ReturnType<typeof uprightSize>): Box {
  return 'keys' in box ? chooseCrop(randomOf(...box.keys), size, box.crop) : box
}

/** A part of a picture as it is stored, or all of it, becomes what the network sees. */
function finishCrop(
  stored: Raster,
  { box, orientation }: { readonly box: Box | null; readonly orientation: number },
  view: CropView,
): Raster {
  const small = resampleTriangle(stored, {
    ...(box && { box }),
    widthPx: view.sizePx,
    heightPx: view.sizePx,
    verticalFirst: placementOf(orientation).transposed,
  })
  const flip = { horizontally: view.flipHorizontally, vertically: view.flipVertically }
  const upright = placeUpright(small, orientation, flip)
  const { distortion } = view
  if (!distortion) return upright
  return distort(upright, drawDistortion(distortion.strength, randomOf(...distortion.keys)))
}

/** Images are examined when they are imported; these threads have a low priority. */
const patiently = { secondsMax: patientDecodeSecondsMax }

/** Up to here a box is decoded pixel by pixel, which takes 48 MiB. */
const exactPixelCountMax = 2 ** 24

/**
 * The pixels of a box that will be resampled to a square of `sidePx`. Enormous ones are shrunk while they are decoded, to
 * no less than three times that side, so that several at once do not take gigabytes; the result differs by a third of a
 * grey level at most on average. Shrinking inside of the JPEG decoder would be faster still and is not used: lines of one
 * pixel come out up to nine grey levels off.
 */
function decodeBox(bytes: Uint8Array, header: Header, { box, sidePx }: { box: Box; sidePx: number }): Promise<Raster> {
  if (box.width * box.height <= exactPixelCountMax) return decode(bytes, header, { box, ...patiently })
  const widthPx = Math.max(Math.min(box.width, 3 * sidePx), Math.floor(box.width / 4))
  const heightPx = Math.max(Math.min(box.height, 3 * sidePx), Math.floor(box.height / 4))
  return decode(bytes, header, { box, shrink: { widthPx, heightPx, fit: 'fill' }, ...patiently })
}

/** As torchvision rounds the margin; it decides on which side the larger one is. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
