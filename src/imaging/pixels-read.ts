import type { KeptPicture } from './kept-pictures.ts'
import type { PictureWords } from './picture-words.ts'
import { letGo, type Raster } from './raster.ts'
import { readSource, type Source } from './read-source.ts'
import { RefusedImage, toRefusedImage, type RefusalReason } from './refused-image.ts'
import { said } from '../shared/said.ts'

/** Pixels ready for the network: 8-bit sRGB, upright, red, green and blue of each pixel, rows from the top. */
export type Pixels = Raster

/** What reading pixels gives. A file that is no good is an answer, not an error. */
export type PixelsRead =
  | {
      readonly state: 'read'
      readonly pixels: Pixels
      /** The whole upright picture, where it was asked for and is not too large. */
      readonly whole?: PictureWords | null
      /** The picture to be kept, on the same terms. */
      readonly kept?: KeptPicture | null
      /** SHA-256 of the file's bytes. */
      readonly contentHash: string
      /** Of the whole upright picture. */
      readonly widthPx: number
      readonly heightPx: number
    }
  | { readonly state: 'unreadable'; readonly reason: RefusalReason; readonly message: string }

/** What every way of reading pixels has in common. */
export interface ExpectedFile {
  /** SHA-256 that the bytes must have, such as the dataset was frozen with; anything else is `changed`. */
  readonly contentHash?: string | null
  /** Gives the decoded picture to be kept, where it has at most so many pixels. */
  readonly keepUpTo?: number
}

/** Of a file whose bytes are known. */
export type Hashed<View extends ExpectedFile> = View & { readonly contentHash: string }

/** Reads the bytes once, compares their hash before any decoding, and lets `make` turn them into pixels, which share no memory with the bytes: those are given back. */
export async function readPixelsOf(
  file: string,
  { contentHash: expectedHash }: ExpectedFile,
  make: (source: Source) => Promise<Omit<Extract<PixelsRead, { state: 'read' }>, 'state' | 'contentHash'>>,
): Promise<PixelsRead> {
  try {
    const source = await readExpected(file, expectedHash ?? null)
    const made = await make(source)
    letGo(source.bytes)
    return { state: 'read', contentHash: source.contentHash, ...made }
  } catch (error) {
    const { reason, message } = toRefusedImage(error)
    return { state: 'unreadable', reason, message }
  }
}

/** Why a file is not what it was when its hash was taken; null where it is, whether or not it can be decoded. */
export async function findFileProblem(
  file: string,
  contentHash: string,
): Promise<{ readonly reason: RefusalReason; readonly message: string } | null> {
  try {
    letGo((await readExpected(file, contentHash)).bytes)
    return null
  } catch (error) {
    const { reason, message } = toRefusedImage(error)
    return { reason, message }
  }
}

async function readExpected(file: string, expectedHash: string | null): Promise<Source> {
  const source = await readSource(file)
  if (expectedHash === null || expectedHash === source.contentHash) return source
  throw new RefusedImage('changed', said`The file holds other bytes than when the dataset was frozen.`)
}
