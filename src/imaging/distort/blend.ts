import type { Raster } from '../raster.ts'

/**
 * Brightness, contrast, colour and sharpness as Pillow's ImageEnhance gives them: a picture without the property is
 * blended with the picture itself. Factor 1 leaves it as it is, 0 takes the property away, more than 1 overdoes it.
 */
export function blendBrightness(raster: Raster, factor: number): Raster {
  return blend(raster, () => 0, factor)
}

export function blendContrast(raster: Raster, factor: number): Raster {
  const { values } = raster
  let sum = 0
  for (let at = 0; at < values.length; at += 3) sum += greyAt(values, at)
  const mean = Math.floor(sum / (values.length / 3) + 0.5)
  return blend(raster, () => mean, factor)
}

export function blendColour(raster: Raster, factor: number): Raster {
  const { values } = raster
  return blend(raster, (at) => greyAt(values, at - (at % 3)), factor)
}

export function blendSharpness(raster: Raster, factor: number): Raster {
  const smooth = smoothed(raster)
  return blend(raster, (at) => smooth[at] ?? 0, factor)
}

/** In single precision and truncated, as Pillow's Image.blend computes. */
function blend(raster: Raster, degenerateAt: (at: number) => number, factor: number): Raster {
  const alpha = Math.fround(factor)
  const values = new Uint8Array(raster.values.length)
  raster.values.forEach((value, at) => {
    const degenerate = degenerateAt(at)
    const blended = Math.fround(degenerate + Math.fround(alpha * (value - degenerate)))
    values[at] = Math.min(255, Math.max(0, Math.trunc(blended)))
  })
  return { ...raster, values }
}

/** ITU-R 601-2 luma in 16-bit fixed point. */
function greyAt(values: Uint8Array, at: number): number {
  const [red, green, blue] = [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0]
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
}

/** Pillow's ImageFilter.SMOOTH: the pixel counts five times, its eight neighbours once; the border stays. */
function smoothed({ values, widthPx, heightPx }: Raster): Uint8Array {
  const smooth = new Uint8Array(values)
  const row = widthPx * 3
  for (let y = 1; y < heightPx - 1; y += 1) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at += 1) {
      let sum = 4 * (values[at] ?? 0)
      for (const line of [at - row, at, at + row]) {
        sum += (values[line - 3] ?? 0) + (values[line] ?? 0) + (values[line + 3] ?? 0)
      }
      smooth[at] = Math.floor(sum / 13 + 0.5)
    }
  }
  return smooth
}
