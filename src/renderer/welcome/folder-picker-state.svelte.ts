import type { FolderListing } from '../../shared/contract/shell.ts'
import { messageOf } from '../core-words.svelte.ts'
import type { Workspace } from '../workspace-state.svelte.ts'

/** Browsing the folders of the machine that Athanor runs on. */
export class FolderPickerState {
  listing = $state.raw<FolderListing | null>(null)
  isLoading = $state(false)
  problem = $state<string | null>(null)
  /** What stands in the field; the folder that is listed, until a person types. */
  typed = $state('')
  readonly #workspace: Workspace
  #asked = 0

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Null: the first root. */
  async goTo(path: string | null): Promise<void> {
    const { api } = this.#workspace
    if (api === null) return
    const asked = ++this.#asked
    const typedBefore = this.typed
    this.isLoading = true
    this.problem = null
    try {
      const listing = await api.shell.listFolders({ path })
      if (asked !== this.#asked) return
      this.listing = listing
      // Whoever has begun to type meanwhile goes on.
      if (this.typed === typedBefore) this.typed = listing.path
    } catch (thrown) {
      if (asked === this.#asked) this.problem = messageOf(thrown)
    } finally {
      if (asked === this.#asked) this.isLoading = false
    }
  }

  /** From the root that holds it down to the folder that is listed. */
  readonly crumbs = $derived.by(() => {
    const { listing } = this
    if (listing === null) return []
    const root = listing.roots
      .filter(({ path }) => isWithin(path, listing.path))
      .toSorted((one, other) => other.path.length - one.path.length)[0]
    if (root === undefined) return [{ name: listing.path, path: listing.path }]
    const separator = listing.path.includes('\\') ? '\\' : '/'
    const below = listing.path
      .slice(root.path.length)
      .split(separator)
      .filter((part) => part !== '')
    const crumbs = [root]
    for (const name of below) {
      const before = crumbs.at(-1)?.path ?? ''
      crumbs.push({ name, path: before.endsWith(separator) ? before + name : before + separator + name })
    }
    return crumbs
  })
}

function isWithin(folder: string, path: string): boolean {
  const separator = path.includes('\\') ? '\\' : '/'
  return path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator)
}
