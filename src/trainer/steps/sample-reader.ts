import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createKeptPictures } from '../../imaging/kept-pictures.ts'
import type { ImageToSee } from '../../shared/contract/trainer.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { readTrainingPixels } from '../batches/pixel-source.ts'
import type { ActiveDevice } from '../devices/device.ts'
import { readAhead } from '../evaluation/read-ahead.ts'
import { readPixels } from '../evaluation/read-pixels.ts'
import { picturesMemoryRatio, roomForPictures } from './room-for-pictures.ts'

export interface PictureSample {
  readonly imageFolder: string
  readonly images: readonly ImageToSee[]
  /** Of how many training images they are a sample. */
  readonly trainCount: number
}

/** Reads the pictures of a sample over and over, ahead of whoever takes them, as a run reads its images. */
export interface SampleReader {
  /** Comes when so many more are read; those that cannot be read take no time. */
  take(count: number): Promise<void>
  close(): Promise<void>
}

interface ReadingOptions {
  readonly recipe: Recipe
  readonly device: ActiveDevice
  /** Pictures that are read before they are asked for. */
  readonly ahead: number
  readonly signal: AbortSignal
}

/** From their files each time, as test images are. */
export function readAsTestImages({ imageFolder, images }: PictureSample, options: ReadingOptions): SampleReader {
  const { resizePx, inputSizePx } = options.recipe
  const preprocessing = { resizePx: Math.max(resizePx, inputSizePx), cropPx: inputSizePx }
  const read = ({ path, contentHash }: ImageToSee) =>
    readPixels({ file: join(imageFolder, path), contentHash }, preprocessing)
  return readOver(images, read, options)
}

/** As training images, from pictures that are kept: the same share of the sample as of all that the run learns from. */
export function readAsTrainingImages(
  { imageFolder, images, trainCount }: PictureSample,
  options: ReadingOptions,
): SampleReader {
  const { recipe, device } = options
  const share = Math.min(1, images.length / Math.max(1, trainCount))
  const pictures =
    device.openAugmenter === undefined
      ? roomForPictures(share)
      : createKeptPictures(share * device.memoryLimitBytes * picturesMemoryRatio)
  const read = async (image: ImageToSee) => {
    // A device that makes training images itself is given nothing of what it keeps.
    if (device.openAugmenter !== undefined && pictures.find(join(imageFolder, image.path)) !== null) return null
    return readTrainingPixels(image, { imageFolder, recipe, epoch: 1 }, pictures)
  }
  return readOver(images, read, options)
}

function readOver(
  images: readonly ImageToSee[],
  read: (image: ImageToSee) => Promise<unknown>,
  { ahead, signal }: ReadingOptions,
): SampleReader {
  const concurrency = Math.max(ahead, availableParallelism())
  const reading = readAhead(endlessly(images), read, { concurrency, ahead, signal })
  return {
    async take(count) {
      if (images.length > 0) for (let taken = 0; taken < count; taken += 1) await reading.next()
    },
    async close() {
      await reading.return()
    },
  }
}

function* endlessly<T>(items: readonly T[]): Generator<T> {
  for (;;) yield* items
}
