import { pictureAddress, UploadAnswer, uploadAddress, uploadBytesMax } from '../../shared/contract/picture-address.ts'
import type { ImageId, ModelId, UploadId } from '../../shared/domain/ids.ts'
import type { Explanation } from '../../shared/domain/model.ts'
import { messageOf } from '../core-words.svelte.ts'
import { m } from '../messages.ts'
import { perStudio } from '../per-studio.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { fileNameOf } from './review-item.ts'

type Picture = { readonly imageId: ImageId } | { readonly uploadId: UploadId }

/** One picture that a person tries. */
export interface Attempt {
  readonly id: number
  readonly name: string
  /** Null until it has been handed over, and where that failed. */
  readonly picture: Picture | null
  /** Of the picture as the strip and the result show it. */
  readonly address: string | null
  /** What one model made of it. */
  readonly answer: { readonly modelId: ModelId; readonly explanation: Explanation } | null
  readonly isBusy: boolean
  /** What core or the page said; shown by `inWords`. */
  readonly problem: string | null
}

/** Pictures that were tried, the latest first, kept while the project is open. */
export class TryState {
  readonly #studio: Studio
  attempts = $state.raw<readonly Attempt[]>([])
  shownId = $state<number | null>(null)
  readonly shown = $derived(this.attempts.find(({ id }) => id === this.shownId) ?? null)
  #lastId = 0

  constructor(studio: Studio) {
    this.#studio = studio
  }

  /** Hands files over one after the other; each is explained as soon as it is there. */
  async addFiles(files: readonly { readonly name: string; readonly body: Blob }[], modelId: ModelId): Promise<void> {
    const added = files.map(({ name, body }) => ({ ...this.#newAttempt(name), body }))
    this.attempts = [...added.map(({ body: _body, ...attempt }) => attempt), ...this.attempts]
    this.shownId = added[0]?.id ?? this.shownId
    for (const { id, body } of added) {
      try {
        const uploadId = await this.#upload(body)
        const { projectId } = this.#studio
        this.#change(id, {
          picture: { uploadId },
          address: pictureAddress({ kind: 'upload', projectId, uploadId }),
        })
        await this.explain(id, modelId)
      } catch (error) {
        this.#change(id, { isBusy: false, problem: messageOf(error) })
      }
    }
  }

  async addImage(imageId: ImageId, modelId: ModelId): Promise<void> {
    const known = this.attempts.find(
      ({ picture }) => picture !== null && 'imageId' in picture && picture.imageId === imageId,
    )
    if (known !== undefined) {
      this.shownId = known.id
      return
    }
    const { api, notices, projectId } = this.#studio
    const image = await notices.attempt(() => api.catalog.get({ projectId, imageId }))
    if (image === undefined) return
    const attempt = this.#newAttempt(fileNameOf(image.path))
    const { id } = attempt
    this.attempts = [attempt, ...this.attempts]
    this.shownId = id
    const { contentHash } = image
    this.#change(id, {
      picture: { imageId },
      address: contentHash === null ? null : pictureAddress({ kind: 'view', projectId, imageId, contentHash }),
    })
    await this.explain(id, modelId)
  }

  /** Asks a model about a picture again, or for another class. */
  async explain(id: number, modelId: ModelId, explained: string | null = null): Promise<void> {
    const picture = this.attempts.find((attempt) => attempt.id === id)?.picture
    if (picture == null) return
    this.#change(id, { isBusy: true, problem: null })
    const { api, projectId } = this.#studio
    try {
      const explanation = await api.models.explain({ projectId, modelId, picture, explained })
      this.#change(id, { isBusy: false, answer: { modelId, explanation } })
    } catch (error) {
      this.#change(id, { isBusy: false, problem: messageOf(error) })
    }
  }

  remove(id: number): void {
    const index = this.attempts.findIndex((attempt) => attempt.id === id)
    this.attempts = this.attempts.filter((attempt) => attempt.id !== id)
    if (this.shownId === id) this.shownId = this.attempts[Math.min(index, this.attempts.length - 1)]?.id ?? null
  }

  async #upload(body: Blob): Promise<UploadId> {
    if (body.size > uploadBytesMax) throw new Error(m.evaluate_try_refused_size())
    const response = await fetch(uploadAddress(this.#studio.projectId), { method: 'POST', body }).catch(() => {
      throw new Error(m.evaluate_try_offline())
    })
    const answer = UploadAnswer.safeParse(await response.json().catch(() => null))
    if (!answer.success) throw new Error(m.evaluate_try_answered({ status: String(response.status) }))
    if ('error' in answer.data) throw new Error(answer.data.error.message)
    return answer.data.uploadId
  }

  #newAttempt(name: string): Attempt {
    return { id: ++this.#lastId, name, picture: null, address: null, answer: null, isBusy: true, problem: null }
  }

  #change(id: number, changes: Partial<Attempt>): void {
    this.attempts = this.attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...changes } : attempt))
  }
}

export const tryStateOf = perStudio((studio) => new TryState(studio))
