import type { Raster } from '../raster.ts'
import { applyLevels, levelTable } from './apply-levels.ts'

/**
 * Brightness, contrast, colour and sharpness as Pillow's ImageEnhance gives them: a picture without the property is
 * blended with the picture itself. Factor 1 leaves it as it is, 0 takes the property away, more than 1 overdoes it.
 *
 * Plain loops: a training image in three goes through one of them, and calls for each value would take longer than cutting
 * its crop.
 */
export function blendBrightness(raster: Raster, factor: number): Raster {
  return blendWithLevel(raster, 0, factor)
}

export function blendContrast(raster: Raster, factor: number): Raster {
  const { values } = raster
  let sum = 0
  for (let at = 0; at < values.length; at += 3) sum += greyAt(values, at)
  return blendWithLevel(raster, Math.floor(sum / (values.length / 3) + 0.5), factor)
}

export function blendColour(raster: Raster, factor: number): Raster {
  const source = raster.values
  const alpha = Math.fround(factor)
  const values = new Uint8Array(source.length)
  for (let at = 0; at < values.length; at += 3) {
    const grey = greyAt(source, at)
    values[at] = blend(grey, source[at] as number, alpha)
    values[at + 1] = blend(grey, source[at + 1] as number, alpha)
    values[at + 2] = blend(grey, source[at + 2] as number, alpha)
  }
  return { ...raster, values }
}

/** Against Pillow's ImageFilter.SMOOTH: the pixel counts five times, its eight neighbours once; the border stays. */
export function blendSharpness(raster: Raster, factor: number): Raster {
  const { values: source, widthPx, heightPx } = raster
  const alpha = Math.fround(factor)
  const values = new Uint8Array(source)
  const row = widthPx * 3
  const sumOfThree = (at: number): number =>
    (source[at - 3] as number) + (source[at] as number) + (source[at + 3] as number)
  for (let y = 1; y < heightPx - 1; y += 1) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at += 1) {
      const value = source[at] as number
      const sum = 4 * value + sumOfThree(at - row) + sumOfThree(at) + sumOfThree(at + row)
      values[at] = blend(Math.floor(sum / 13 + 0.5), value, alpha)
    }
  }
  return { ...raster, values }
}

function blendWithLevel(raster: Raster, degenerate: number, factor: number): Raster {
  const alpha = Math.fround(factor)
  return applyLevels(
    raster,
    levelTable((level) => blend(degenerate, level, alpha)),
  )
}

/** In single precision and truncated, as Pillow's Image.blend computes; `alpha` is in single precision. */
function blend(degenerate: number, value: number, alpha: number): number {
  const blended = Math.fround(degenerate + Math.fround(alpha * (value - degenerate)))
  return blended < 0 ? 0 : blended > 255 ? 255 : Math.trunc(blended)
}

/** ITU-R 601-2 luma in 16-bit fixed point. */
function greyAt(values: Uint8Array, at: number): number {
  const [red, green, blue] = [values[at] as number, values[at + 1] as number, values[at + 2] as number]
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
}
