import type { DraftEvent } from '../../shared/contract/models.ts'
import { isAppError } from '../../shared/errors.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import type { ViewSettingsState } from './view-settings.svelte.ts'

type Finished = DraftEvent & { readonly kind: 'finished' }

/** A person who labels fast is not interrupted for each image. */
const pauseMs = 600

/** Suggestions that follow the labels, once a person has switched that on: a draft is made at each pause. */
export class DraftsState {
  /** While images are looked at for the first time. */
  seeing = $state.raw<{ readonly done: number; readonly total: number } | null>(null)
  /** Of the last draft of this window. */
  latest = $state.raw<Finished | null>(null)
  readonly #studio: Studio
  readonly #settings: ViewSettingsState
  #timer: ReturnType<typeof setTimeout> | undefined
  #leaving: AbortController | null = null
  #isStale = false

  constructor(studio: Studio, settings: ViewSettingsState) {
    this.#studio = studio
    this.#settings = settings
    studio.onChange(({ what }) => {
      if (this.isOn && what.some((part) => part === 'labels' || part === 'images')) this.#soon()
    })
    studio.signal.addEventListener('abort', () => this.#stop())
  }

  get isOn(): boolean {
    return this.#settings.now.isDrafting
  }

  switch(isOn: boolean): void {
    this.#settings.change({ isDrafting: isOn })
    if (isOn) void this.#make()
    else this.#stop()
  }

  /** Keeps what was suggested until now. */
  #stop(): void {
    clearTimeout(this.#timer)
    this.#isStale = false
    this.#leaving?.abort()
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#make(), pauseMs)
  }

  /** Labels that come while a draft is made are answered by one more. */
  async #make(): Promise<void> {
    this.#isStale = true
    if (this.#leaving !== null) return
    try {
      while (this.#isStale) {
        this.#isStale = false
        // One for each: what was switched off and on again is made anew.
        const leaving = new AbortController()
        this.#leaving = leaving
        await this.#studio.notices.attempt(() => this.#draft(leaving.signal), leaving.signal)
      }
    } finally {
      this.#leaving = null
      this.seeing = null
    }
  }

  async #draft(signal: AbortSignal): Promise<void> {
    const { api, projectId, notices } = this.#studio
    try {
      for await (const event of api.models.draft({ projectId }, { signal })) {
        this.seeing = event.kind === 'seeing' ? event : null
        if (event.kind !== 'finished') continue
        // The first one is worth a word; the others are what was asked for.
        if (this.latest === null) notices.say(m.label_drafts_begun())
        this.latest = event
      }
    } catch (thrown) {
      // Two classes are needed, which the page says where the suggestions will be.
      if (!isAppError(thrown) || thrown.code !== 'not-enough-data') throw thrown
      this.latest = null
    }
  }
}
