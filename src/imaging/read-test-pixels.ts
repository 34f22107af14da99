import type { KeptPictures } from './kept-pictures.ts'
import { readInThread } from './pixel-threads/read-in-thread.ts'
import type { ExpectedFile, Hashed, PixelsRead } from './pixels-read.ts'
import { readThroughKept } from './read-through-kept.ts'

/** The whole picture squashed to a square, of which the centre is kept. */
export interface TestView extends ExpectedFile {
  readonly resizePx: number
  /** At most `resizePx`. */
  readonly cropPx: number
}

/**
 * Reads a file as test images are read, in a thread of its own: torchvision's Resize((n, n)) and CenterCrop on a PIL
 * image.
 */
export async function readTestPixels(file: string, view: TestView): Promise<PixelsRead> {
  requireFittingCrop(view)
  return readInThread({ kind: 'test', file, view })
}

/** The same, from the picture where it is kept. */
export async function readTestThroughKept(
  file: string,
  view: Hashed<TestView>,
  pictures: KeptPictures,
): Promise<PixelsRead> {
  requireFittingCrop(view)
  return readThroughKept({ kind: 'test', file, view }, pictures)
}

function requireFittingCrop({ cropPx, resizePx }: TestView): void {
  if (cropPx > resizePx) throw new RangeError('the crop does not fit into the resized picture')
}
