import type { BackboneFetchEvent, FetchableBackbone } from '../../shared/contract/backbones.ts'
import type { InstalledBackbone } from '../../shared/domain/backbone.ts'
import type { Api } from '../api.ts'
import { m } from '../messages.ts'
import type { Notices } from '../notices.svelte.ts'

/** The store of pretrained weights: what is there, what can be fetched, and what is being fetched now. */
export class BackbonesState {
  folder = $state('')
  installed = $state.raw<readonly InstalledBackbone[]>([])
  fetchable = $state.raw<readonly FetchableBackbone[]>([])
  fetching = $state.raw<{ readonly name: string; readonly event: BackboneFetchEvent | null } | null>(null)
  isAdding = $state(false)
  readonly #api: Api
  readonly #notices: Notices
  #leaving: AbortController | null = null

  constructor(api: Api, notices: Notices) {
    this.#api = api
    this.#notices = notices
  }

  async refresh(): Promise<void> {
    await this.#notices.attempt(async () => {
      const { folder, installed, fetchable } = await this.#api.backbones.list({})
      this.folder = folder
      this.installed = installed
      this.fetchable = fetchable
    })
  }

  async fetch(name: string): Promise<void> {
    if (this.fetching !== null) return
    const leaving = new AbortController()
    this.#leaving = leaving
    this.fetching = { name, event: null }
    await this.#notices.attempt(async () => {
      for await (const event of this.#api.backbones.fetch({ name }, { signal: leaving.signal })) {
        this.fetching = { name, event }
      }
      this.#notices.say(m.settings_backbone_added({ name }))
    }, leaving.signal)
    this.fetching = null
    await this.refresh()
  }

  /** What has arrived stays: the next try goes on from there. */
  cancel(): void {
    this.#leaving?.abort()
  }

  async add(file: string): Promise<boolean> {
    this.isAdding = true
    const card = await this.#notices.attempt(() => this.#api.backbones.add({ file }))
    this.isAdding = false
    if (card === undefined) return false
    this.#notices.say(m.settings_backbone_added({ name: card.name }))
    await this.refresh()
    return true
  }
}
