import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { cropOffsetPx } from '../../evaluation/crop-offset.ts'

/**
 * The text of `preprocess.mjs`: resizing and cropping in plain JavaScript, with the same fixed-point arithmetic that the
 * trainer has from PIL, so that equal pixels give equal bits. Only numbers are put into the text.
 */
export function preprocessModule({ resizePx, cropPx }: Preprocessing): string {
  return `// Makes the network's input of a picture's pixels. Needs no library; runs in Node and in browsers.

/** Side of the network's input. */
export const sidePx = ${String(cropPx)}
const resizePx = ${String(resizePx)}
const startPx = ${String(cropOffsetPx(resizePx, cropPx))}

/** Weights are whole numbers of 1/2^22, as in PIL. */
const unit = 2 ** 22

/**
 * pixels: bytes [height, width, channels], upright; channels is 3, or 4 as a canvas gives them (alpha is left aside).
 * Gives a Float32Array [sidePx, sidePx, 3] with values 0 to 255.
 */
export function preprocess(pixels, width, height, channels = 3) {
  const narrow = squeeze(pixels, width, height, channels)
  const square = squeeze(narrow, height, resizePx, 3)
  const input = new Float32Array(sidePx * sidePx * 3)
  for (let y = 0; y < sidePx; y += 1) {
    const from = ((y + startPx) * resizePx + startPx) * 3
    input.set(square.subarray(from, from + sidePx * 3), y * sidePx * 3)
  }
  return input
}

/** Resizes the rows to resizePx and gives the result transposed: [resizePx, height, 3]. Twice is both directions. */
function squeeze(pixels, width, height, channels) {
  const result = new Uint8Array(resizePx * height * 3)
  tapsFor(width).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = unit / 2
        let from = (y * width + first) * channels + channel
        for (const weight of weights) {
          sum += pixels[from] * weight
          from += channels
        }
        result[(x * height + y) * 3 + channel] = Math.floor(sum / unit)
      }
    }
  })
  return result
}

/** The triangle filter, as wide as it shrinks: which samples count for each of resizePx, and how much. */
function tapsFor(size) {
  const scale = size / resizePx
  const support = Math.max(scale, 1)
  return Array.from({ length: resizePx }, (_, index) => {
    const centre = (index + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(size, Math.trunc(centre + support + 0.5))
    const shares = Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((tap + first - centre + 0.5) / support)),
    )
    const total = shares.reduce((sum, share) => sum + share, 0)
    return { first, weights: shares.map((share) => Math.trunc(0.5 + (share / total) * unit)) }
  })
}
`
}
