import type { CropOptions } from './choose-crop.ts'
import type { KeptPictures } from './kept-pictures.ts'
import type { Box } from './orientation.ts'
import { readInThread } from './pixel-threads/read-in-thread.ts'
import type { ExpectedFile, Hashed, PixelsRead } from './pixels-read.ts'
import { readThroughKept } from './read-through-kept.ts'

/** A box that is chosen once the size is known, by `chooseCrop` with randomness that depends on the keys alone. */
export interface RandomBox {
  readonly keys: readonly number[]
  readonly crop: CropOptions
}

/** One of the distortions of `distort`, by randomness that depends on the keys alone. */
export interface RandomDistortion {
  readonly keys: readonly number[]
  /** 0 to 1. */
  readonly strength: number
}

/** A part of the upright picture, squashed to a square and then perhaps mirrored and distorted. */
export interface CropView extends ExpectedFile {
  /** In pixels of the upright picture. */
  readonly box: Box | RandomBox
  readonly sizePx: number
  readonly flipHorizontally: boolean
  readonly flipVertically: boolean
  readonly distortion?: RandomDistortion | null
  /** Gives the whole picture beside the part, where it has at most so many pixels. */
  readonly wholeUpTo?: number
}

/**
 * Reads a part of a file as training images are read, in a thread of its own: torchvision's resized_crop on a PIL image,
 * then the flips and the distortion.
 */
export function readCropPixels(file: string, view: CropView): Promise<PixelsRead> {
  return readInThread({ kind: 'crop', file, view })
}

/** The same, from the picture where it is kept. */
export function readCropThroughKept(file: string, view: Hashed<CropView>, pictures: KeptPictures): Promise<PixelsRead> {
  return readThroughKept({ kind: 'crop', file, view }, pictures)
}
