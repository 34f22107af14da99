import { join } from 'node:path'
import { readCropPixels } from '../../imaging/read-crop-pixels.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { randomOf } from '../../shared/random.ts'
import { pixelResultOf } from '../evaluation/read-pixels.ts'
import type { PixelResult } from '../evaluation/read-pixels.ts'
import { randomStreams } from './sample-order.ts'

export interface TrainingView {
  readonly imageFolder: string
  readonly recipe: Recipe
  /** From 1. */
  readonly epoch: number
}

/**
 * One training image as one epoch sees it: a random crop, perhaps mirrored and distorted, 8 bits, [inputSizePx, inputSizePx, 3]. What
 * is drawn depends on the seed, the epoch and the image alone. A file that is gone, changed or broken is a value.
 */
export async function readTrainingPixels(entry: DatasetEntry, view: TrainingView): Promise<PixelResult> {
  const { recipe, epoch, imageFolder } = view
  const random = randomOf(recipe.seed, randomStreams.augmentation, epoch, entry.imageId)
  // Both are always drawn, so that switching one off changes nothing else.
  const [horizontal, vertical] = [random() < 0.5, random() < 0.5]
  const read = await readCropPixels(join(imageFolder, entry.path), {
    contentHash: entry.contentHash,
    sizePx: recipe.inputSizePx,
    flipHorizontally: recipe.horizontalFlip && horizontal,
    flipVertically: recipe.verticalFlip && vertical,
    distortion:
      recipe.distortion === 0
        ? null
        : { strength: recipe.distortion, keys: [recipe.seed, randomStreams.distortion, epoch, entry.imageId] },
    box: {
      keys: [recipe.seed, randomStreams.crop, epoch, entry.imageId],
      crop: {
        scaleMin: recipe.cropScaleMin,
        scaleMax: recipe.cropScaleMax,
        ratioMin: recipe.cropRatioMin,
        ratioMax: recipe.cropRatioMax,
      },
    },
  })
  return pixelResultOf(read, entry.contentHash)
}
