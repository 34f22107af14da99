import { readTestPixels } from '../../imaging/pixels.ts'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import type { UnreadableReason } from '../../shared/domain/image.ts'

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
  const result = await readTestPixels(file, { resizePx, cropPx })
  if (result.state === 'unreadable') {
    return { values: null, problem: { kind: kindOf(result.reason), message: result.message } }
  }
  if (contentHash !== null && contentHash !== result.contentHash) {
    const message = 'The file is not what it was when the dataset was frozen.'
    return { values: null, problem: { kind: 'changed', message } }
  }
  return { values: result.pixels.values, problem: null }
}

function kindOf(reason: UnreadableReason): PixelProblem['kind'] {
  if (reason === 'not-a-file') return 'missing'
  return reason === 'changed-while-reading' ? 'changed' : 'unreadable'
}
