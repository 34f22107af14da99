import { SvelteMap } from 'svelte/reactivity'
import type { ImageId } from '../../shared/domain/ids.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { Studio } from '../studio.svelte.ts'

/** So many rows are asked for at once; core takes 2,000. */
const batchMax = 500

/** Rows of the catalog that a view shows, asked for together and kept up to date. */
export class ImageRows {
  readonly #studio: Studio
  /** Null: no longer in the catalog. */
  readonly #rows = new SvelteMap<ImageId, Image | null>()
  #waiting: readonly ImageId[] = []
  #isAsking = false

  constructor(studio: Studio) {
    this.#studio = studio
  }

  /** Undefined until it is known. */
  get(imageId: ImageId): Image | null | undefined {
    return this.#rows.get(imageId)
  }

  want(imageIds: readonly ImageId[]): void {
    this.#enqueue(imageIds.filter((imageId) => !this.#rows.has(imageId)))
  }

  /** Follows changes until the result is called. */
  follow(): () => void {
    return this.#studio.onChange(({ what, imageIds }) => {
      if (!what.some((kind) => kind === 'images' || kind === 'labels' || kind === 'classes')) return
      const known = imageIds === null ? [...this.#rows.keys()] : imageIds.filter((imageId) => this.#rows.has(imageId))
      this.#enqueue(known)
    })
  }

  #enqueue(imageIds: readonly ImageId[]): void {
    this.#waiting = [...this.#waiting, ...imageIds.filter((imageId) => !this.#waiting.includes(imageId))]
    void this.#ask()
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const { api, notices, projectId } = this.#studio
    await notices.attempt(async () => {
      while (this.#waiting.length > 0) {
        const imageIds = this.#waiting.slice(0, batchMax)
        this.#waiting = this.#waiting.slice(batchMax)
        const found = await api.catalog.getMany({ projectId, imageIds })
        for (const image of found) this.#rows.set(image.id, image)
        for (const imageId of imageIds) {
          if (!found.some(({ id }) => id === imageId)) this.#rows.set(imageId, null)
        }
      }
    })
    this.#isAsking = false
  }
}
