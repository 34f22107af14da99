import type { Raster } from './raster.ts'

/** A file as it was when it was read: another size or time of its last change means that it has to be looked at anew. */
export interface FileMoment {
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** A decoded picture as its file stores it, in memory that all threads see. */
export interface KeptPicture extends Raster {
  readonly file: FileMoment
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number
}

/** Decoded pictures by the hash of their files, as many as there is room for, so that later passes decode nothing. */
export interface KeptPictures {
  readonly count: number
  /** Null where it is not kept. */
  find(contentHash: string): KeptPicture | null
  /** Sets room aside for a picture that is being read; gives how many pixels it may have, 0 where there is no room. */
  reserve(): number
  /** Ends a reservation: takes up the picture, if there is one. */
  settle(reservedPixels: number, contentHash: string, picture: KeptPicture | null): void
  /** Nothing is kept from here on. */
  clear(): void
}

/** Larger ones are few and far between, and each would take the room of many. */
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
    find: (contentHash) => kept.get(contentHash) ?? null,
    reserve() {
      const pixels = Math.min(pixelCountMax, Math.floor(freeBytes / bytesPerPixel))
      freeBytes -= bytesPerPixel * pixels
      return pixels
    },
    settle(reservedPixels, contentHash, picture) {
      freeBytes += bytesPerPixel * reservedPixels
      if (picture === null || kept.has(contentHash) || picture.values.byteLength > freeBytes) return
      freeBytes -= picture.values.byteLength
      kept.set(contentHash, picture)
    },
    clear() {
      kept.clear()
      freeBytes = 0
    },
  }
}

/** A copy in memory that all threads see. */
export function shareRaster(
  { values, widthPx, heightPx }: Raster,
  { orientation, file: { sizeBytes, modifiedAtMs } }: Pick<KeptPicture, 'orientation' | 'file'>,
): KeptPicture {
  const shared = new Uint8Array(new SharedArrayBuffer(values.byteLength))
  shared.set(values)
  return { values: shared, widthPx, heightPx, orientation, file: { sizeBytes, modifiedAtMs } }
}
