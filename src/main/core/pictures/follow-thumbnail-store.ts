import { statSync } from 'node:fs'
import { createThumbnailStore, type ThumbnailStore } from '../catalog/thumbnail-store.ts'

/**
 * The thumbnails of a project for as long as it is open. An import may find their file damaged and replace it, and a
 * person may delete it: then the one that lies there now is opened, and what is missing in it is drawn again.
 */
export function followThumbnailStore(file: string): ThumbnailStore {
  let opened: { readonly store: ThumbnailStore; readonly identity: string | null } | undefined

  function forget(): void {
    opened?.store.close()
    opened = undefined
  }

  function current(): ThumbnailStore {
    if (opened !== undefined && opened.identity !== identityOf(file)) forget()
    opened ??= open(file)
    return opened.store
  }

  return {
    get(contentHash) {
      try {
        return current().get(contentHash)
      } catch {
        // Damaged: checked this time, and replaced by an empty one where need be.
        forget()
        createThumbnailStore(file).close()
        return null
      }
    },
    put: (thumbnails) => current().put(thumbnails),
    close: forget,
  }
}

function open(file: string): { store: ThumbnailStore; identity: string | null } {
  const store = createThumbnailStore(file, { isChecked: false })
  return { store, identity: identityOf(file) }
}

function identityOf(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? null : `${found.dev}:${found.ino}`
}
