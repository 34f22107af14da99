import type { Metadata } from 'sharp'
import type { ImageFormat } from '../shared/domain/image.ts'
import { readBmpHeader } from './bmp/header.ts'
import { sharp } from './decoder.ts'
import { readIccProfile, type IccProfile } from './icc-profile.ts'
import { decodeSecondsMax, pageCountMax, pixelCountMax } from './limits.ts'
import { withoutPngText } from './png-text.ts'
import { labColours, RefusedImage, toRefusedImage } from './refused-image.ts'
import { sniffFormat } from './sniff-format.ts'
import { said } from '../shared/said.ts'

/** What a file says about its picture, before any pixel is decoded. Sizes are as stored, before orientation. */
export interface Header {
  readonly format: ImageFormat
  readonly widthPx: number
  readonly heightPx: number
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number
  readonly pageCount: number
  readonly colour: 'rgb' | 'grey' | 'cmyk'
  readonly bitsPerSample: number
  readonly isPalette: boolean
  readonly hasAlpha: boolean
  readonly profile: IccProfile | null
}

const loaderNames: Readonly<Record<string, ImageFormat>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  heif: 'avif',
  tiff: 'tiff',
  gif: 'gif',
}

/** Throws `RefusedImage` where the format, the header or a limit stands against decoding. */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  const format = sniffFormat(bytes)
  const header = format === 'bmp' ? readBmpHeader(bytes) : await readWithSharp(bytes, format)
  if (header.widthPx * header.heightPx > pixelCountMax) {
    const millions = Math.round((header.widthPx * header.heightPx) / 1e6)
    throw new RefusedImage(
      'too-many-pixels',
      said`The picture has ${millions} megapixels; at most ${Math.floor(pixelCountMax / 1e6)} can be read. Save a smaller copy.`,
    )
  }
  if (header.pageCount > pageCountMax) {
    throw new RefusedImage(
      'too-large',
      said`The file has ${header.pageCount} frames; at most ${pageCountMax} can be read.`,
    )
  }
  return header
}

/** What is handed to libvips of a file. */
export function decodable(bytes: Uint8Array, format: ImageFormat): Uint8Array {
  return format === 'png' ? withoutPngText(bytes) : bytes
}

async function readWithSharp(bytes: Uint8Array, format: ImageFormat): Promise<Header> {
  const metadata = await sharp(decodable(bytes, format), { failOn: 'error', limitInputPixels: pixelCountMax })
    .timeout({ seconds: decodeSecondsMax })
    .metadata()
    .catch((error: unknown) => {
      throw toRefusedImage(error)
    })
  if (loaderNames[metadata.format] !== format) {
    throw new RefusedImage(
      'corrupt',
      said`The file begins like a ${format.toUpperCase()} picture but does not go on as one.`,
    )
  }
  if (metadata.space.startsWith('lab')) throw labColours()
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    throw new RefusedImage(
      'format-not-supported',
      said`The picture has ${metadata.depth} samples, whose range nobody has written down. Save a copy with 8 or 16 bits.`,
    )
  }
  return {
    format,
    widthPx: metadata.width,
    // Frames of an animation may come stacked.
    heightPx: metadata.pageHeight ?? metadata.height,
    orientation: orientationOf(metadata),
    pageCount: metadata.pages ?? 1,
    colour: colourOf(metadata),
    bitsPerSample: metadata.depth === 'ushort' ? 16 : Math.min(metadata.bitsPerSample ?? 8, 8),
    isPalette: metadata.isPalette === true,
    hasAlpha: metadata.hasAlpha,
    profile: metadata.icc ? readIccProfile(metadata.icc) : null,
  }
}

function orientationOf(metadata: Metadata): number {
  const orientation = metadata.orientation ?? 1
  return orientation >= 1 && orientation <= 8 ? orientation : 1
}

function colourOf(metadata: Metadata): Header['colour'] {
  switch (metadata.space) {
    case 'b-w':
    case 'grey16':
      return 'grey'
    case 'cmyk':
      return 'cmyk'
    default:
      return 'rgb'
  }
}
