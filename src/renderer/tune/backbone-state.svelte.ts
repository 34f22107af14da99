import type { FetchableBackbone } from '../../shared/contract/backbones.ts'
import type { InstalledBackbone } from '../../shared/domain/backbone.ts'
import { isAppError } from '../../shared/errors.ts'
import { messageOf } from '../core-words.svelte.ts'
import type { Studio } from '../studio.svelte.ts'

export type BackboneWork =
  | { readonly kind: 'idle' }
  | { readonly kind: 'downloading'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'checking' }
  | { readonly kind: 'adding' }
  | { readonly kind: 'failed'; readonly message: string; readonly isOffline: boolean }

/** Getting pretrained weights: by download, which goes on while other pages are shown, or from a file. */
export class BackboneState {
  work = $state.raw<BackboneWork>({ kind: 'idle' })
  installed = $state.raw<readonly InstalledBackbone[]>([])
  fetchable = $state.raw<readonly FetchableBackbone[]>([])
  readonly isBusy = $derived(['downloading', 'checking', 'adding'].includes(this.work.kind))
  readonly #studio: Studio
  #leaving = new AbortController()

  constructor(studio: Studio) {
    this.#studio = studio
  }

  async list(): Promise<void> {
    const { api, notices, signal } = this.#studio
    const listed = await notices.attempt(() => api.backbones.list({}), signal)
    if (listed === undefined) return
    this.installed = listed.installed
    this.fetchable = listed.fetchable
  }

  /** Goes on where an earlier try ended. True when the weights are there. */
  async fetch(name: string): Promise<boolean> {
    if (this.isBusy) return false
    this.#leaving = new AbortController()
    const signal = AbortSignal.any([this.#leaving.signal, this.#studio.signal])
    return this.#attempt(signal, async () => {
      this.work = { kind: 'checking' }
      for await (const event of this.#studio.api.backbones.fetch({ name }, { signal })) {
        if (event.kind !== 'finished') this.work = event
      }
    })
  }

  pause(): void {
    this.#leaving.abort()
    this.work = { kind: 'idle' }
  }

  async add(file: string, name: string): Promise<boolean> {
    if (this.isBusy) return false
    const { api, signal } = this.#studio
    return this.#attempt(signal, async () => {
      this.work = { kind: 'adding' }
      await api.backbones.add({ file, name }, { signal })
    })
  }

  async #attempt(signal: AbortSignal, get: () => Promise<void>): Promise<boolean> {
    try {
      await get()
      this.work = { kind: 'idle' }
      await this.list()
      return true
    } catch (thrown) {
      if (signal.aborted) return false
      this.work = {
        kind: 'failed',
        message: messageOf(thrown),
        isOffline: isAppError(thrown) && thrown.code === 'offline',
      }
      return false
    }
  }
}

const states = new WeakMap<Studio, BackboneState>()

/** One for each open project, so that a download goes on while other pages are shown. */
export function backboneState(studio: Studio): BackboneState {
  const state = states.get(studio) ?? new BackboneState(studio)
  states.set(studio, state)
  return state
}
