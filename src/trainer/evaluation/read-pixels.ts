import { findFileProblem, type PixelsRead } from '../../imaging/pixels-read.ts'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import { readTestPixels, readTestThroughKept } from '../../imaging/read-test-pixels.ts'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { said } from '../../shared/said.ts'

/** Why a file gave no pixels. */
export interface PixelProblem {
  readonly kind: 'missing' | 'changed' | 'unreadable'
  /** For a person; names no path. */
  readonly message: string
}

export type PixelResult =
  { readonly values: Uint8Array; readonly problem: null } | { readonly values: null; readonly problem: PixelProblem }

/** The pixels of a file as the test transform makes them: [cropPx, cropPx, 3], 8 bits, R, G, B. */
export async function readPixels(
  { file, contentHash }: { readonly file: string; readonly contentHash: string | null },
  { resizePx, cropPx }: Pick<Preprocessing, 'resizePx' | 'cropPx'>,
): Promise<PixelResult> {
  return pixelResultOf(await readTestPixels(file, { resizePx, cropPx, contentHash }), contentHash)
}

/** The same, from the pictures where it is kept, to which it is added. */
export async function readPixelsThroughKept(
  { file, contentHash }: { readonly file: string; readonly contentHash: string },
  { resizePx, cropPx }: Pick<Preprocessing, 'resizePx' | 'cropPx'>,
  pictures: KeptPictures,
): Promise<PixelResult> {
  return pixelResultOf(await readTestThroughKept(file, { resizePx, cropPx, contentHash }, pictures), contentHash)
}

/** What was read of a file, refused where its content is not the expected one. */
export function pixelResultOf(read: PixelsRead, contentHash: string | null): PixelResult {
  if (read.state === 'unreadable') return { values: null, problem: problemOf(read) }
  if (contentHash !== null && contentHash !== read.contentHash) {
    const message = said`The file holds other bytes than when the dataset was frozen.`
    return { values: null, problem: { kind: 'changed', message } }
  }
  return { values: read.pixels.values, problem: null }
}

/** What keeps a file from being what it was, without decoding it. */
export async function findProblem(item: {
  readonly file: string
  readonly contentHash: string
}): Promise<PixelProblem | null> {
  const found = await findFileProblem(item.file, item.contentHash)
  return found === null ? null : problemOf(found)
}

function problemOf({ reason, message }: { readonly reason: string; readonly message: string }): PixelProblem {
  return { kind: reason === 'missing' || reason === 'changed' ? reason : 'unreadable', message }
}
