import type { ProjectId, Sha256 } from '../../../shared/domain/ids.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { type Thumbnail, thumbnailPx, type ThumbnailStore } from '../catalog/thumbnail-store.ts'
import type { OpenProject } from '../core-context.ts'
import type { Host } from '../host.ts'
import type { Renderer } from './renderer.ts'
import type { SourceImage } from './source-image.ts'
import { followThumbnailStore } from './follow-thumbnail-store.ts'

export interface Thumbnails {
  /** As import stored it, or drawn now and stored. Errors: not-found, bad-file. */
  get(project: OpenProject, source: SourceImage): Promise<Uint8Array<ArrayBuffer>>
  close(): void
}

/** Each commit waits for the disk, so what is drawn is stored in batches. */
const storeAfterMs = 500

interface Shelf {
  readonly store: ThumbnailStore
  readonly drawn: Map<Sha256, Thumbnail>
}

export function createThumbnails(renderer: Pick<Renderer, 'examine'>, host: Host): Thumbnails {
  const shelves = new Map<ProjectId, Shelf>()
  let storing: NodeJS.Timeout | undefined

  function shelfOf(project: OpenProject): Shelf {
    const known = shelves.get(project.id)
    if (known !== undefined) return known
    const shelf = { store: followThumbnailStore(project.layout.thumbnailsFile), drawn: new Map<Sha256, Thumbnail>() }
    shelves.set(project.id, shelf)
    return shelf
  }

  function storeDrawn(): void {
    storing = undefined
    for (const { store, drawn } of shelves.values()) {
      try {
        store.put([...drawn.values()])
      } catch (thrown) {
        // They were shown; the next one who asks has them drawn again.
        host.log(`thumbnails were not kept: ${toAppError(thrown).message}`)
      }
      drawn.clear()
    }
  }

  return {
    async get(project, { file, contentHash }) {
      const shelf = shelfOf(project)
      const stored = shelf.drawn.get(contentHash)?.webp ?? shelf.store.get(contentHash)
      if (stored !== null) return new Uint8Array(stored)
      const examination = await renderer.examine(file, thumbnailPx)
      if (examination.state === 'unreadable') throw new AppError('bad-file', said`${examination.message}`)
      if (examination.contentHash !== contentHash) {
        throw new AppError('not-found', said`The file has changed since it was imported. Import the folder again.`)
      }
      shelf.drawn.set(contentHash, { contentHash, webp: examination.thumbnail })
      storing ??= setTimeout(storeDrawn, storeAfterMs).unref()
      return new Uint8Array(examination.thumbnail)
    },
    close() {
      clearTimeout(storing)
      storeDrawn()
      for (const { store } of shelves.values()) store.close()
      shelves.clear()
    },
  }
}
