import { stat } from 'node:fs/promises'
import { isAsItWas } from '../../imaging/read-source.ts'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { readPixels, type PixelResult } from './read-pixels.ts'

interface Kept {
  readonly values: Uint8Array
  readonly contentHash: string
  /** Of the file when it was read: another size or time of its last change means that it has to be read anew. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

type HashedFile = { readonly file: string; readonly contentHash: string }

/**
 * Reads files as test images are read, and keeps the pixels of as many as `memoryBytes` has room for: what is looked at
 * after each pass is decoded once. A file that is gone or changed since is a problem as it would be without.
 */
export function keepPixels(
  preprocessing: Pick<Preprocessing, 'resizePx' | 'cropPx'>,
  memoryBytes: number,
): (item: HashedFile) => Promise<PixelResult> {
  const kept = new Map<string, Kept>()
  let freeBytes = memoryBytes
  return async (item) => {
    const known = kept.get(item.file)
    if (known?.contentHash === item.contentHash && (await isAsItWas(item.file, known)))
      return { values: known.values, problem: null }
    const found = await stat(item.file).catch(() => null)
    const read = await readPixels(item, preprocessing)
    if (read.problem !== null || found === null) return read
    if (known === undefined) {
      if (read.values.byteLength > freeBytes) return read
      freeBytes -= read.values.byteLength
    }
    kept.set(item.file, {
      values: read.values,
      contentHash: item.contentHash,
      sizeBytes: found.size,
      modifiedAtMs: found.mtimeMs,
    })
    return read
  }
}
