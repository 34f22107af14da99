import type { Sharp } from 'sharp'
import { decodeBmp } from './bmp/decode.ts'
import { sharp } from './decoder.ts'
import type { Header } from './header.ts'
import { decodeSecondsMax, pixelCountMax } from './limits.ts'
import type { Box } from './orientation.ts'
import type { Raster } from './raster.ts'
import { toRefusedImage } from './refused-image.ts'

export interface DecodeOptions {
  /** Decode this part only, in stored pixels. */
  readonly box?: Box
  /** Shrink to at most this size while decoding, which is much faster than shrinking afterwards. */
  readonly within?: { readonly widthPx: number; readonly heightPx: number }
}

/**
 * The one way from bytes to pixels: first frame, 8 bits, sRGB, alpha on white, still as stored (not turned upright).
 * Thumbnails, training and everything else that shows a picture start here, so that they show the same one.
 * Throws `RefusedImage`.
 */
export async function decode(bytes: Uint8Array, header: Header, options: DecodeOptions = {}): Promise<Raster> {
  try {
    // Without a profile, the plain formula is what every viewer and PIL apply; libvips would assume a printing press.
    const isPlainCmyk = header.colour === 'cmyk' && header.profile === null
    let pipeline = open(bytes, header).timeout({ seconds: decodeSecondsMax })
    if (options.box) pipeline = pipeline.extract(options.box)
    if (options.within) {
      const { widthPx, heightPx } = options.within
      pipeline = pipeline.resize(widthPx, heightPx, { fit: 'inside', withoutEnlargement: true })
    }
    pipeline = isPlainCmyk
      ? pipeline.pipelineColourspace('cmyk').toColourspace('cmyk')
      : pipeline.flatten({ background: '#ffffff' }).toColourspace('srgb').removeAlpha()
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const values = isPlainCmyk ? rgbOfCmyk(data) : data
    if (values.length !== info.width * info.height * 3) throw new Error(`unexpected ${info.channels} channels`)
    return { values, widthPx: info.width, heightPx: info.height }
  } catch (error) {
    throw toRefusedImage(error)
  }
}

function open(bytes: Uint8Array, header: Header): Sharp {
  if (header.format === 'bmp') {
    const { values, channels } = decodeBmp(bytes)
    return sharp(values, { raw: { width: header.widthPx, height: header.heightPx, channels } })
  }
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: pixelCountMax,
    ignoreIcc: header.profile?.isSrgb === true,
  })
}

/** Each ink takes its share of the light: R = (255 - C)(255 - K) / 255, rounded. */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const pixelCount = cmyk.length / 4
  const rgb = new Uint8Array(pixelCount * 3)
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    const light = 255 - (cmyk[pixel * 4 + 3] as number)
    for (let channel = 0; channel < 3; channel += 1) {
      rgb[pixel * 3 + channel] = Math.round(((255 - (cmyk[pixel * 4 + channel] as number)) * light) / 255)
    }
  }
  return rgb
}
