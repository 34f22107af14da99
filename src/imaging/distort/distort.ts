import type { Random } from '../../shared/random.ts'
import type { Raster } from '../raster.ts'
import { blendBrightness, blendColour, blendContrast, blendSharpness } from './blend.ts'
import { equalizeLevels, posterize, stretchLevels } from './levels.ts'
import { rotate, shearX, shearY, translate } from './warp.ts'

/** How a picture is distorted: `amount` is 0 to 1 of the largest, `sign` is 1 or -1. */
type Distortion = (raster: Raster, amount: number, sign: 1 | -1) => Raster

/** The operations of RandAugment (Cubuk et al. 2019), with its largest amounts; what inverts colours is left out. */
const distortions: readonly Distortion[] = [
  (raster) => raster,
  (raster, amount, sign) => blendBrightness(raster, 1 + sign * 0.9 * amount),
  (raster, amount, sign) => blendContrast(raster, 1 + sign * 0.9 * amount),
  (raster, amount, sign) => blendColour(raster, 1 + sign * 0.9 * amount),
  (raster, amount, sign) => blendSharpness(raster, 1 + sign * 0.9 * amount),
  (raster) => stretchLevels(raster),
  (raster) => equalizeLevels(raster),
  (raster, amount) => posterize(raster, 8 - Math.round(4 * amount)),
  (raster, amount, sign) => rotate(raster, sign * 30 * amount),
  (raster, amount, sign) => shearX(raster, sign * 0.3 * amount),
  (raster, amount, sign) => shearY(raster, sign * 0.3 * amount),
  (raster, amount, sign) => translate(raster, sign * 0.3 * amount, 0),
  (raster, amount, sign) => translate(raster, 0, sign * 0.3 * amount),
]

/**
 * One drawn operation, of an amount drawn between nothing and `strength` of the largest (TrivialAugment, Müller and
 * Hutter 2021): nothing is to be tuned but how far it goes. Draws three numbers, whatever is done with them.
 */
export function distort(raster: Raster, strength: number, random: Random): Raster {
  const distortion = distortions[Math.floor(random() * distortions.length)]
  const amount = strength * random()
  const sign = random() < 0.5 ? -1 : 1
  return distortion?.(raster, amount, sign) ?? raster
}
