import type { Sha256 } from '../../../shared/domain/ids.ts'
import { transaction } from '../database/handles.ts'
import { openThumbnails } from '../database/open-thumbnails.ts'

/** On the longer side; large enough for the largest tile of the grid on a plain screen. */
export const thumbnailPx = 256

export interface Thumbnail {
  readonly contentHash: Sha256
  readonly webp: Uint8Array
}

export interface ThumbnailStore {
  get(contentHash: Sha256): Uint8Array | null
  /** All in one transaction; those that are there stay. */
  put(thumbnails: readonly Thumbnail[]): void
  close(): void
}

/** The thumbnails of a project by content hash. Losing the file loses nothing: it starts empty again. */
export function createThumbnailStore(file: string, options: { readonly isChecked?: boolean } = {}): ThumbnailStore {
  const { reader, writer, close } = openThumbnails(file, options)
  return {
    get(contentHash) {
      const row = reader
        .prepare<{ webp: Uint8Array }>('SELECT webp FROM thumbnail WHERE content_hash = ?')
        .get(contentHash)
      return row?.webp ?? null
    },
    put(thumbnails) {
      if (thumbnails.length === 0) return
      transaction(writer, (tx) => {
        const insert = tx.prepare('INSERT INTO thumbnail (content_hash, webp) VALUES (?, ?) ON CONFLICT DO NOTHING')
        for (const { contentHash, webp } of thumbnails) insert.run(contentHash, webp)
      })
    },
    close,
  }
}
