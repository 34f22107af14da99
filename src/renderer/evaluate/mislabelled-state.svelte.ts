import type { CheckEvent, CheckSummary } from '../../shared/contract/labels.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
import type { Image } from '../../shared/domain/image.ts'
import { m } from '../messages.ts'
import { perStudio } from '../per-studio.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { fileNameOf, type Keeping, type ReviewItem } from './review-item.ts'

/** So many are gone through at once: core gives as many rows, and nobody looks at more before tuning again. */
const queueMax = 2_000

/** Labels that the last check doubts, as a list that stays as it is while a person goes through it. */
export class MislabelledState implements Keeping {
  readonly #studio: Studio
  /** Null until it was read. */
  queue = $state.raw<readonly ReviewItem[] | null>(null)
  /** Null before the first check. */
  last = $state.raw<CheckSummary | null>(null)
  /** What `labels.check` said last while it runs. */
  checking = $state.raw<CheckEvent | 'starting' | null>(null)
  #leaving: AbortController | null = null

  constructor(studio: Studio) {
    this.#studio = studio
  }

  async read(): Promise<void> {
    const { api, notices, projectId, classes } = this.#studio
    await notices.attempt(async () => {
      const query = { filter: { doubted: true }, sort: 'doubt' } as const
      const [last, doubted] = await Promise.all([
        api.labels.lastCheck({ projectId }),
        api.catalog.order({ projectId, query }),
      ])
      const images = await api.catalog.getMany({ projectId, imageIds: doubted.imageIds.slice(0, queueMax) })
      const nameOf = (id: number | undefined) => classes.find((one) => one.id === id)?.name ?? ''
      this.last = last
      this.queue = images.map(({ id, path, label, doubt }) => ({
        imageId: id,
        path,
        label: nameOf(label?.classId),
        predicted: nameOf(doubt?.likelyClassId),
        confidence: doubt?.likelyProbability ?? 0,
        ...whyOf(doubt),
      }))
    })
  }

  async check(thorough = false): Promise<void> {
    if (this.checking !== null) return
    const { api, notices, projectId } = this.#studio
    this.#leaving = new AbortController()
    const signal = AbortSignal.any([this.#leaving.signal, this.#studio.signal])
    this.checking = 'starting'
    await notices.attempt(async () => {
      for await (const event of api.labels.check({ projectId, thorough }, { signal })) this.checking = event
    }, signal)
    this.checking = null
    await this.read()
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

function whyOf(doubt: Image['doubt']): { readonly why?: string } {
  if (doubt?.reason === 'copy-differs') return { why: m.evaluate_doubt_copy() }
  return doubt?.reason === 'outlier' ? { why: m.evaluate_doubt_outlier() } : {}
}

/** Checking goes on while another place is shown. */
export const mislabelledStateOf = perStudio((studio) => new MislabelledState(studio))
