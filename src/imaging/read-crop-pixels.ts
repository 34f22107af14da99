import type { CropOptions } from './choose-crop.ts'
import type { KeptPictures } from './kept-pictures.ts'
import type { Box } from './orientation.ts'
import { readInThread } from './pixel-threads/read-in-thread.ts'
import type { ExpectedFile, PixelsRead } from './pixels-read.ts'

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
  /** Gives the decoded picture to be kept, where it has at most so many pixels. */
  readonly keepUpTo?: number
}

/** Of a picture that is kept, whose bytes are known. */
export type KeptView = CropView & { readonly contentHash: string }

/**
 * Reads a part of a file as training images are read, in a thread of its own: torchvision's resized_crop on a PIL image,
 * then the flips and the distortion.
 */
export function readCropPixels(file: string, view: CropView): Promise<PixelsRead> {
  return readInThread({ kind: 'crop', file, view })
}

/**
 * The same, from the picture where it is kept and its file is as it was then; what is read from a file is taken up.
 */
export async function readCropThroughKept(file: string, view: KeptView, pictures: KeptPictures): Promise<PixelsRead> {
  const picture = pictures.find(file)
  const keepUpTo = pictures.room()
  const read = await readInThread(
    picture?.contentHash === view.contentHash
      ? { kind: 'kept', file, picture, view: { ...view, keepUpTo } }
      : { kind: 'crop', file, view: { ...view, keepUpTo } },
  )
  if (read.state === 'read' && read.kept) pictures.keep(file, read.kept)
  return read
}
