import type { ImageFilter, ImageQuery } from '../../shared/contract/catalog.ts'
import type { SuggestEvent } from '../../shared/contract/models.ts'
import type { ModelId } from '../../shared/domain/ids.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import type { BrowseState } from './browse-state.svelte.ts'

/** What the newest model says of images without a label, and the work of asking it. */
export class SuggestionsState {
  /** While a model is being asked. */
  progress = $state.raw<SuggestEvent | null>(null)
  /** How many suggestions would be accepted at once; null until they were counted. */
  acceptableCount = $state<number | null>(null)
  /** The model that the shown suggestions are from; null where a draft made them, or there are none. */
  latestModelId = $state<ModelId | null>(null)
  readonly #studio: Studio
  readonly #browse: BrowseState
  #leaving: AbortController | null = null
  #counts = 0

  constructor(studio: Studio, browse: BrowseState) {
    this.#studio = studio
    this.#browse = browse
    studio.signal.addEventListener('abort', () => this.stop())
  }

  get isAsking(): boolean {
    return this.progress !== null
  }

  async ask(): Promise<void> {
    const { api, projectId, models, notices } = this.#studio
    const [newest] = models
    if (newest === undefined || this.isAsking) return
    const leaving = new AbortController()
    this.#leaving = leaving
    this.progress = { done: 0, total: 0, imagesPerSecond: null, secondsLeft: null }
    await notices.attempt(async () => {
      const events = api.models.suggest({ projectId, modelId: newest.id }, { signal: leaving.signal })
      for await (const event of events) this.progress = event
      notices.say(m.label_suggested_done({ model: newest.id }))
    }, leaving.signal)
    this.progress = null
    await this.refresh()
  }

  /** What was predicted until now stays. */
  stop(): void {
    this.#leaving?.abort()
  }

  /** Counts what a filter gives; of several that are under way the last one counts. */
  async countAcceptable(filter: ImageFilter): Promise<void> {
    const count = ++this.#counts
    const ids = await this.#studio.notices.attempt(() => this.#browse.idsOf({ filter, sort: 'path' }))
    if (count === this.#counts) this.acceptableCount = ids?.length ?? null
  }

  /** Finds out which model the suggestions are from: a newer one may have something better to say. */
  async refresh(): Promise<void> {
    const query: ImageQuery = { filter: { suggested: true }, sort: 'path' }
    await this.#studio.notices.attempt(async () => {
      const [first] = await this.#browse.idsOf(query)
      const [image] = first === undefined ? [] : await this.#browse.rows.load([first])
      this.latestModelId = image?.prediction?.modelId ?? null
    })
  }
}
