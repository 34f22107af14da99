import type { Raster } from './raster.ts'

/** A decoded picture as its file stores it, in memory that all threads see. */
export interface KeptPicture extends Raster {
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number
  /** Of the file when it was read: another hash, size or time of its last change means that it has to be read anew. */
  readonly contentHash: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** Decoded pictures by their files, as many as there is room for, so that later passes decode nothing. */
export interface KeptPictures {
  readonly count: number
  /** Null where it is not kept. */
  find(file: string): KeptPicture | null
  /** How many pixels one more may have; 0 where there is no room. */
  room(): number
  /** Takes up a picture, in the place of the one of this file, if there is still room for it. */
  keep(file: string, picture: KeptPicture): void
  /** Nothing is kept from here on. */
  clear(): void
}

/** Several are read at once before one of them is taken up, so that enormous ones would take more than there is meanwhile. */
const pixelCountMax = 2 ** 22
const bytesPerPixel = 3

/** Each pass looks at each picture once, so that the first ones that fit are as good as any, and none makes room for others. */
export function createKeptPictures(memoryBytes: number): KeptPictures {
  const kept = new Map<string, KeptPicture>()
  let freeBytes = memoryBytes
  return {
    get count() {
      return kept.size
    },
    find: (file) => kept.get(file) ?? null,
    room: () => Math.max(0, Math.min(pixelCountMax, Math.floor(freeBytes / bytesPerPixel))),
    keep(file, picture) {
      freeBytes += kept.get(file)?.values.byteLength ?? 0
      kept.delete(file)
      if (picture.values.byteLength > freeBytes) return
      freeBytes -= picture.values.byteLength
      kept.set(file, picture)
    },
    clear() {
      kept.clear()
      freeBytes = -Infinity
    },
  }
}

/** A copy in memory that all threads see; null where there is none left for it. */
export function shareRaster(
  { values, widthPx, heightPx }: Raster,
  { orientation, contentHash, sizeBytes, modifiedAtMs }: Omit<KeptPicture, keyof Raster>,
): KeptPicture | null {
  let shared: Uint8Array
  try {
    shared = new Uint8Array(new SharedArrayBuffer(values.byteLength))
  } catch {
    return null
  }
  shared.set(values)
  return { values: shared, widthPx, heightPx, orientation, contentHash, sizeBytes, modifiedAtMs }
}
