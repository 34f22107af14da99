import { chooseCrop } from '../choose-crop.ts'
import { decode } from '../decode.ts'
import { distort, drawDistortion } from '../distort/distort.ts'
import { readHeader, type Header } from '../header.ts'
import { shareRaster, type KeptPicture } from '../kept-pictures.ts'
import { patientDecodeSecondsMax } from '../limits.ts'
import { placementOf, placeUpright, storedBox, uprightSize, type Box } from '../orientation.ts'
import { wordsOf } from '../picture-words.ts'
import { readPixelsOf, type PixelsRead } from '../pixels-read.ts'
import type { CropView } from '../read-crop-pixels.ts'
import type { TestView } from '../read-test-pixels.ts'
import { letGo, type Raster } from '../raster.ts'
import { isAsItWas } from '../read-source.ts'
import { resampleTriangle } from '../resample.ts'
import { randomOf } from '../../shared/random.ts'

/** One file to read; plain values, so that it can be sent to a thread. */
export type PixelRequest =
  | (FileRequest & { readonly kind: 'test'; readonly view: TestView })
  | (FileRequest & { readonly kind: 'crop'; readonly view: CropView })

interface FileRequest {
  readonly file: string
  /** What is kept of the file, where the bytes that it was decoded from are the expected ones. */
  readonly picture?: KeptPicture | null
}

export async function makePixels(request: PixelRequest): Promise<PixelsRead> {
  const { file, picture } = request
  if (!picture || !(await isAsItWas(file, picture)))
    return request.kind === 'test' ? makeTestPixels(file, request.view) : makeCropPixels(file, request.view)
  const size = uprightSize(picture)
  const pixels =
    request.kind === 'test'
      ? finishTest(picture, picture, request.view)
      : finishCrop(picture, { ...picture, box: storedBox(boxOf(request.view, size), picture) }, request.view)
  return { state: 'read', contentHash: picture.contentHash, pixels, ...size }
}

function makeTestPixels(file: string, view: TestView): Promise<PixelsRead> {
  return readPixelsOf(file, view, async (source) => {
    const { bytes } = source
    const header = await readHeader(bytes)
    const box = { left: 0, top: 0, width: header.widthPx, height: header.heightPx }
    const decoded = await decodeBox(bytes, header, { box, sidePx: view.resizePx })
    const isKept = header.widthPx * header.heightPx <= Math.min(exactPixelCountMax, view.keepUpTo ?? 0)
    const made = {
      pixels: finishTest(decoded, header, view),
      ...(isKept && { kept: shareRaster(decoded, { ...source, orientation: header.orientation }) }),
      ...uprightSize(header),
    }
    letGo(decoded.values)
    return made
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

function boxOf({ box }: CropView, size: ReturnType<typeof uprightSize>): Box {
  return 'keys' in box ? chooseCrop(randomOf(...box.keys), size, box.crop) : box
}

/** A whole picture as it is stored becomes what the network sees of a test image. */
function finishTest(
  stored: Raster,
  { orientation }: Pick<Header, 'orientation'>,
  { resizePx, cropPx }: TestView,
): Raster {
  const margin = roundHalfToEven((resizePx - cropPx) / 2)
  const size = { widthPx: resizePx, heightPx: resizePx }
  const small = resampleTriangle(stored, {
    ...size,
    window: storedBox({ left: margin, top: margin, width: cropPx, height: cropPx }, { ...size, orientation }),
    verticalFirst: placementOf(orientation).transposed,
  })
  return placeUpright(small, orientation)
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
