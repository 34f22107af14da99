import { join } from 'node:path'
import { chooseCrop } from '../../imaging/choose-crop.ts'
import { drawDistortion } from '../../imaging/distort/distort.ts'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { PictureWords } from '../../imaging/picture-words.ts'
import { readCropPixels, readCropThroughKept, type CropView } from '../../imaging/read-crop-pixels.ts'
import type { ImageToSee } from '../../shared/contract/trainer.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { randomOf } from '../../shared/random.ts'
import type { Augmenter, KeptView, TrainingPicture } from '../devices/augmenter.ts'
import { pixelResultOf } from '../evaluation/read-pixels.ts'
import type { PixelProblem, PixelResult } from '../evaluation/read-pixels.ts'
import { randomStreams } from './sample-order.ts'

export interface TrainingView {
  readonly imageFolder: string
  readonly recipe: Recipe
  /** From 1. */
  readonly epoch: number
}

/**
 * One training image as one epoch sees it: a random crop, perhaps mirrored and distorted, 8 bits, [inputSizePx, inputSizePx, 3]. What
 * is drawn depends on the seed, the epoch and the image alone. A file that is gone, changed or broken is a value. Where `pictures`
 * are given, they are looked at first and added to.
 */
export async function readTrainingPixels(
  entry: ImageToSee,
  view: TrainingView,
  pictures: KeptPictures | null = null,
): Promise<PixelResult> {
  const file = join(view.imageFolder, entry.path)
  const cropView = cropViewOf(entry, view)
  const read = await (pictures ? readCropThroughKept(file, cropView, pictures) : readCropPixels(file, cropView))
  return pixelResultOf(read, entry.contentHash)
}

export type TrainingPictureResult =
  | { readonly values: TrainingPicture; readonly problem: null }
  | { readonly values: null; readonly problem: PixelProblem }

/** The same for a device that makes training images itself; what it is told to make is what it would have been given. */
export async function readTrainingPicture(
  entry: DatasetEntry,
  view: TrainingView,
  augmenter: Augmenter,
): Promise<TrainingPictureResult> {
  const cropView = cropViewOf(entry, view)
  const size = augmenter.sizeOf(entry.imageId)
  if (size !== null) return { values: keptViewOf(entry.imageId, size, cropView), problem: null }
  const wholeUpTo = augmenter.reserve()
  let whole: PictureWords | null = null
  try {
    const read = await readCropPixels(join(view.imageFolder, entry.path), { ...cropView, wholeUpTo })
    const result = pixelResultOf(read, entry.contentHash)
    if (read.state === 'read' && result.problem === null) whole = read.whole ?? null
    return result
  } finally {
    augmenter.settle(wholeUpTo, entry.imageId, whole)
  }
}

/** What is drawn for an image in an epoch. */
function cropViewOf(entry: ImageToSee, { recipe, epoch }: TrainingView) {
  const random = randomOf(recipe.seed, randomStreams.augmentation, epoch, entry.imageId)
  // Both are always drawn, so that switching one off changes nothing else.
  const [horizontal, vertical] = [random() < 0.5, random() < 0.5]
  return {
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
  } satisfies CropView
}

function keptViewOf(
  imageId: number,
  size: { readonly widthPx: number; readonly heightPx: number },
  { box, flipHorizontally, flipVertically, distortion }: ReturnType<typeof cropViewOf>,
): KeptView {
  return {
    ...{ imageId, flipHorizontally, flipVertically },
    box: chooseCrop(randomOf(...box.keys), size, box.crop),
    distortion:
      distortion === null ? { kind: 'none' } : drawDistortion(distortion.strength, randomOf(...distortion.keys)),
  }
}
