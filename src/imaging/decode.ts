import type { Sharp } from 'sharp'
import { decodeBmp } from './bmp/decode.ts'
import { sharp } from './decoder.ts'
import { rgbOfCmyk, rgbOnWhite } from './flatten.ts'
import { decodable, type Header } from './header.ts'
import { decodeSecondsMax, pixelCountMax } from './limits.ts'
import { withinMemory } from './memory-budget.ts'
import type { Box } from './orientation.ts'
import { letGo, type Raster } from './raster.ts'
import { toRefusedImage } from './refused-image.ts'

export interface DecodeOptions {
  /** Decode this part only, in stored pixels. */
  readonly box?: Box
  /** Shrink while decoding. `inside` keeps the proportions and may leave out detail early, for speed. */
  readonly shrink?: { readonly widthPx: number; readonly heightPx: number; readonly fit: 'inside' | 'fill' }
  readonly secondsMax?: number
}

export interface Decoded extends Raster {
  /** Whether anything shows through; many files have an alpha channel that is opaque throughout. */
  readonly isTransparent: boolean
}

/**
 * The one way from bytes to pixels: first frame, 8 bits, sRGB, alpha on white, still as stored (not turned upright).
 * Thumbnails, training and everything else that shows a picture start here, so that they show the same one.
 * Throws `RefusedImage`.
 */
export function decode(bytes: Uint8Array, header: Header, options: DecodeOptions = {}): Promise<Decoded> {
  return withinMemory(header, () => decodeNow(bytes, header, options))
}

async function decodeNow(bytes: Uint8Array, header: Header, options: DecodeOptions): Promise<Decoded> {
  try {
    // Without a profile, the plain formula is what viewers and PIL apply; libvips would assume a printing press.
    const isPlainCmyk = header.colour === 'cmyk' && header.profile === null
    let pipeline = open(bytes, header).timeout({ seconds: options.secondsMax ?? decodeSecondsMax })
    if (options.box) pipeline = pipeline.extract(options.box)
    if (options.shrink) {
      const { widthPx, heightPx, fit } = options.shrink
      const kernel = fit === 'fill' ? 'linear' : 'cubic'
      pipeline = pipeline.resize(widthPx, heightPx, { fit, kernel, withoutEnlargement: true })
    }
    pipeline = isPlainCmyk ? pipeline.pipelineColourspace('cmyk').toColourspace('cmyk') : pipeline.toColourspace('srgb')
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const size = { widthPx: info.width, heightPx: info.height }
    if (isPlainCmyk || info.channels === 4) {
      const flattened = isPlainCmyk ? rgbOfCmyk(data, info.channels) : rgbOnWhite(data)
      letGo(data)
      return { ...size, ...flattened }
    }
    if (info.channels !== 3) throw new Error(`unexpected ${info.channels} channels`)
    return { ...size, values: data, isTransparent: false }
  } catch (error) {
    throw toRefusedImage(error)
  }
}

function open(bytes: Uint8Array, header: Header): Sharp {
  if (header.format === 'bmp') {
    const { values, channels } = decodeBmp(bytes)
    return sharp(values, { raw: { width: header.widthPx, height: header.heightPx, channels } })
  }
  return sharp(decodable(bytes, header.format), {
    failOn: 'error',
    limitInputPixels: pixelCountMax,
    ignoreIcc: header.profile?.isSrgb === true,
  })
}
