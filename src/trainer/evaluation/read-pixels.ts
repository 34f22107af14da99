import type { PixelsRead } from '../../imaging/pixels-read.ts'
import { readTestPixels } from '../../imaging/read-test-pixels.ts'
import type { Preprocessing } from '../../shared/domain/backbone.ts'

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

/** What was read of a file, refused where its content is not the expected one. */
export function pixelResultOf(read: PixelsRead, contentHash: string | null): PixelResult {
  if (read.state === 'unreadable') {
    const { reason, message } = read
    const kind = reason === 'missing' || reason === 'changed' ? reason : 'unreadable'
    return { values: null, problem: { kind, message } }
  }
  if (contentHash !== null && contentHash !== read.contentHash) {
    const message = 'The file holds other bytes than when the dataset was frozen.'
    return { values: null, problem: { kind: 'changed', message } }
  }
  return { values: read.pixels.values, problem: null }
}
