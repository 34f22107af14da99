import type { Random } from '../shared/random.ts'
import type { Box } from './orientation.ts'

export interface CropOptions {
  /** Share of the picture's area, smallest and largest. */
  readonly scaleMin: number
  readonly scaleMax: number
  /** Width over height, smallest and largest. */
  readonly ratioMin: number
  readonly ratioMax: number
}

/**
 * A random crop as torchvision's RandomResizedCrop.get_params chooses it: area uniform, ratio log-uniform, ten tries, then
 * the largest centred crop of an allowed ratio. In pixels of the upright picture.
 */
export function chooseCrop(random: Random, size: { widthPx: number; heightPx: number }, options: CropOptions): Box {
  const { widthPx, heightPx } = size
  const logMin = Math.log(options.ratioMin)
  const logMax = Math.log(options.ratioMax)
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const area = widthPx * heightPx * (options.scaleMin + (options.scaleMax - options.scaleMin) * random())
    const ratio = Math.exp(logMin + (logMax - logMin) * random())
    const width = Math.round(Math.sqrt(area * ratio))
    const height = Math.round(Math.sqrt(area / ratio))
    if (width > 0 && width <= widthPx && height > 0 && height <= heightPx) {
      return {
        left: Math.floor(random() * (widthPx - width + 1)),
        top: Math.floor(random() * (heightPx - height + 1)),
        width,
        height,
      }
    }
  }
  const ratio = widthPx / heightPx
  const width = ratio > options.ratioMax ? Math.max(1, Math.round(heightPx * options.ratioMax)) : widthPx
  const height = ratio < options.ratioMin ? Math.max(1, Math.round(widthPx / options.ratioMin)) : heightPx
  return {
    left: Math.floor((widthPx - width) / 2),
    top: Math.floor((heightPx - height) / 2),
    width,
    height,
  }
}
