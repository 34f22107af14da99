import type { Random } from '../../shared/random.ts'
import type { Raster } from '../raster.ts'
import { blendBrightness, blendColour, blendContrast, blendSharpness } from './blend.ts'
import { equalizeLevels, posterize, stretchLevels } from './levels.ts'
import { rotation, shift, slantAcross, slantDown, warp, type Matrix } from './warp.ts'

/** What is to be done to a picture; plain values, so that whoever has the pixels can do it. */
export type Distortion =
  | { readonly kind: 'none' | 'stretch' | 'equalize' }
  | { readonly kind: 'brightness' | 'contrast' | 'colour' | 'sharpness'; readonly factor: number }
  | { readonly kind: 'posterize'; readonly bits: number }
  | { readonly kind: 'warp'; readonly matrix: Matrix }

/** What is drawn: `amount` is 0 to 1 of the largest, `sign` is 1 or -1. */
type Drawn = (amount: number, sign: 1 | -1) => Distortion

/** The operations of RandAugment (Cubuk et al. 2019), with its largest amounts; what inverts colours is left out. */
const operations: readonly Drawn[] = [
  () => ({ kind: 'none' }),
  ...(['brightness', 'contrast', 'colour', 'sharpness'] as const).map((kind): Drawn => {
    return (amount, sign) => ({ kind, factor: 1 + sign * 0.9 * amount })
  }),
  () => ({ kind: 'stretch' }),
  () => ({ kind: 'equalize' }),
  (amount) => ({ kind: 'posterize', bits: 8 - Math.round(4 * amount) }),
  (amount, sign) => ({ kind: 'warp', matrix: rotation(sign * 30 * amount) }),
  (amount, sign) => ({ kind: 'warp', matrix: slantAcross(sign * 0.3 * amount) }),
  (amount, sign) => ({ kind: 'warp', matrix: slantDown(sign * 0.3 * amount) }),
  (amount, sign) => ({ kind: 'warp', matrix: shift(sign * 0.3 * amount, 0) }),
  (amount, sign) => ({ kind: 'warp', matrix: shift(0, sign * 0.3 * amount) }),
]

/**
 * One drawn operation, of an amount drawn between nothing and `strength` of the largest (TrivialAugment, Müller and
 * Hutter 2021): nothing is to be tuned but how far it goes. Draws three numbers, whatever is done with them.
 */
export function drawDistortion(strength: number, random: Random): Distortion {
  const operation = operations[Math.floor(random() * operations.length)]
  const amount = strength * random()
  const sign = random() < 0.5 ? -1 : 1
  return operation?.(amount, sign) ?? { kind: 'none' }
}

export function distort(raster: Raster, distortion: Distortion): Raster {
  switch (distortion.kind) {
    case 'none':
      return raster
    case 'brightness':
      return blendBrightness(raster, distortion.factor)
    case 'contrast':
      return blendContrast(raster, distortion.factor)
    case 'colour':
      return blendColour(raster, distortion.factor)
    case 'sharpness':
      return blendSharpness(raster, distortion.factor)
    case 'stretch':
      return stretchLevels(raster)
    case 'equalize':
      return equalizeLevels(raster)
    case 'posterize':
      return posterize(raster, distortion.bits)
    case 'warp':
      return warp(raster, distortion.matrix)
  }
}
