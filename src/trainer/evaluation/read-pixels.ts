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
  const result = await readTestPixels(file, { resizePx, cropPx, contentHash })
  void result
  throw new Error('waits for the imaging part')
}
