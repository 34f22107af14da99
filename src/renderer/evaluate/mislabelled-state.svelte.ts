import type { SuggestEvent } from '../../shared/contract/models.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
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
  #leaving: AbortController | null = null

  constructor(studio: Studio) {
    this.#studio = studio
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
        .filter((image) => !isLookedAt(image, model))
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

  /** A person says that the label is right: it becomes theirs, and the image leaves the list for good. */
  async keep(imageId: ImageId): Promise<boolean> {
    const { api, classes, history, notices, projectId } = this.#studio
    const image = await notices.attempt(() => api.catalog.get({ projectId, imageId }))
    const label = image?.label ?? null
    if (image === undefined || label === null) return false
    const edit = await notices.attempt(() => api.labels.confirm({ projectId, images: { ids: [imageId] } }))
    if (edit === undefined) return false
    const className = classes.find(({ id }) => id === label.classId)?.name ?? ''
    notices.say(m.evaluate_said_kept({ name: fileNameOf(image.path), class: className }), history.undoOf(edit))
    return true
  }
}

/** Somebody looked at the label: said that it is right, or gave it after this model was made. */
function isLookedAt({ isConfirmed, label }: Image, { createdAtMs }: { readonly createdAtMs: number }): boolean {
  return isConfirmed || (label?.origin === 'person' && label.assignedAtMs > createdAtMs)
}

/** Checking goes on while another place is shown. */
export const mislabelledStateOf = perStudio((studio) => new MislabelledState(studio))
