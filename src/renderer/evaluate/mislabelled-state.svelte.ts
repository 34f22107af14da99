import { SvelteSet } from 'svelte/reactivity'
import type { SuggestEvent } from '../../shared/contract/models.ts'
import type { ImageId, ModelId } from '../../shared/domain/ids.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { ModelSummary } from '../../shared/domain/model.ts'
import { m } from '../messages.ts'
import { perStudio } from '../per-studio.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { fileNameOf, type Keeping, type ReviewItem } from './review-item.ts'

/** So many are gone through at once: core gives as many rows, and nobody looks at more before tuning again. */
const queueMax = 2_000

/** Labels that a model doubts, as a list that stays as it is while a person goes through it. */
export class MislabelledState implements Keeping {
  readonly #studio: Studio
  /** Null until it was read. */
  queue = $state.raw<readonly ReviewItem[] | null>(null)
  /** All labelled images that the list was made from were looked at by the model. */
  isComplete = $state(false)
  /** What `models.suggest` said last while it runs. */
  checking = $state.raw<SuggestEvent | 'starting' | null>(null)
  readonly #kept: SvelteSet<ImageId>
  #leaving: AbortController | null = null

  constructor(studio: Studio) {
    this.#studio = studio
    this.#kept = new SvelteSet(readKept(this.#storageKey))
    this.#followOtherWindows()
  }

  async read(model: ModelSummary): Promise<void> {
    const { api, notices, projectId, classes } = this.#studio
    await notices.attempt(async () => {
      const filter = { state: 'readable', classId: 'labelled' } as const
      const doubted = await api.catalog.order({ projectId, query: { filter: { disagrees: true }, sort: 'loss' } })
      const all = await api.catalog.order({ projectId, query: { filter, sort: 'uncertainty' } })
      const wanted = doubted.imageIds.slice(0, queueMax - 1)
      // Images without a prediction come last, so the last one tells whether there are any.
      const last = all.imageIds.at(-1)
      const rows = await api.catalog.getMany({ projectId, imageIds: last === undefined ? wanted : [...wanted, last] })
      const images = rows.filter(({ id }, index) => wanted.includes(id) && index < wanted.length)
      this.isComplete = rows.every(({ prediction }) => prediction?.modelId === model.id)
      const nameOf = (id: number | null | undefined) => classes.find((one) => one.id === id)?.name ?? ''
      this.queue = images
        .filter((image) => !this.#isConfirmed(image, model))
        .map((image) => ({
          imageId: image.id,
          path: image.path,
          label: nameOf(image.label?.classId),
          predicted: nameOf(image.prediction?.classId),
          confidence: image.prediction?.confidence ?? 0,
        }))
    })
  }

  async check(model: ModelSummary): Promise<void> {
    if (this.checking !== null) return
    const { api, notices, projectId } = this.#studio
    this.#leaving = new AbortController()
    const signal = AbortSignal.any([this.#leaving.signal, this.#studio.signal])
    this.checking = 'starting'
    await notices.attempt(async () => {
      for await (const event of api.models.suggest({ projectId, modelId: model.id, scope: 'all' }, { signal })) {
        this.checking = event
      }
    }, signal)
    this.checking = null
    await this.read(model)
  }

  stopChecking(): void {
    this.#leaving?.abort()
  }

  has(imageId: ImageId): boolean {
    return this.#kept.has(imageId)
  }

  /** A person says that the label is right: it becomes theirs, and the image leaves the list for good. */
  async keep(imageId: ImageId): Promise<boolean> {
    const { api, notices, projectId } = this.#studio
    const image = await notices.attempt(() => api.catalog.get({ projectId, imageId }))
    const classId = image?.label?.classId
    if (image === undefined || classId === undefined) return false
    const edit = await notices.attempt(() => api.labels.assign({ projectId, images: { ids: [imageId] }, classId }))
    if (edit === undefined) return false
    // What another window has noted since must not be written over.
    for (const kept of [imageId, ...readKept(this.#storageKey)]) this.#kept.add(kept)
    // A label that was a person's already does not change, so that it was confirmed is noted here.
    localStorage.setItem(this.#storageKey, JSON.stringify([...this.#kept]))
    const className = this.#studio.classes.find(({ id }) => id === classId)?.name ?? ''
    notices.say(m.evaluate_said_kept({ name: fileNameOf(image.path), class: className }))
    return true
  }

  #followOtherWindows(): void {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== this.#storageKey) return
      for (const imageId of readKept(key)) this.#kept.add(imageId)
    }
    window.addEventListener('storage', onStorage, { signal: this.#studio.signal })
  }

  /** Somebody looked at the label after this model was made. */
  #isConfirmed({ id, label }: Image, model: { readonly id: ModelId; readonly createdAtMs: number }): boolean {
    return this.#kept.has(id) || (label?.origin === 'person' && label.assignedAtMs > model.createdAtMs)
  }

  get #storageKey(): string {
    return `athanor.kept-labels.${this.#studio.projectId}`
  }
}

function readKept(key: string): ImageId[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    // Ids are numbers that only this page writes; an unknown one does nothing.
    return Array.isArray(kept) ? kept.filter((id): id is ImageId => typeof id === 'number') : []
  } catch {
    return []
  }
}

/** Checking goes on while another place is shown. */
export const mislabelledStateOf = perStudio((studio) => new MislabelledState(studio))
