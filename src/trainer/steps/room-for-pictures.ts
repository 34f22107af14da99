import { createKeptPictures, type KeptPictures } from '../../imaging/kept-pictures.ts'

/** Of the device's memory, or what the machine has to spare, for pictures that training images are made of. */
export const picturesMemoryRatio = 0.25
/** The same for what was made of validation images. */
const pixelsMemoryRatio = 0.05

/** Room for decoded pictures, so that later passes decode nothing; a share of it for the same share of the pictures. */
export function roomForPictures(share = 1): KeptPictures {
  return createKeptPictures(share * process.availableMemory() * picturesMemoryRatio)
}

/** Bytes for pixels that are looked at after each pass. */
export function roomForPixels(): number {
  return process.availableMemory() * pixelsMemoryRatio
}
