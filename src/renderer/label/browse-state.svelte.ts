import { untrack } from 'svelte'
import type { ImageFilter, ImageQuery, ImageSort } from '../../shared/contract/catalog.ts'
import type { ProjectChange } from '../../shared/contract/project.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
import type { Studio } from '../studio.svelte.ts'
import { changesOrder, parametersOf, queryOf } from './browse-query.ts'
import { RowCache } from './row-cache.svelte.ts'
import { orderOf, type Order } from './selection.ts'

export interface OrderChange {
  readonly before: Order
  readonly after: Order
  /** The person asked for something else; otherwise images came, went or moved. */
  readonly isNewQuery: boolean
}

/** Which images are shown and in which order: the query of the address, answered by core and kept up to date. */
export class BrowseState {
  readonly rows: RowCache
  order = $state.raw<Order>(orderOf([]))
  /** False until the first answer. */
  isReady = $state(false)
  /** As text, the query that `order` answers. */
  answered = $state<string | null>(null)
  /** Where the grid was scrolled to when it was left. */
  offsetPx = 0
  readonly #studio: Studio
  #queryText = ''
  #query: ImageQuery = { filter: {}, sort: 'path' }
  #loads = 0
  #isStale = false
  #isReadingOrder = false
  readonly #listeners: ((change: OrderChange) => void)[] = []

  constructor(studio: Studio) {
    this.#studio = studio
    this.rows = new RowCache(async (imageIds) => {
      const rows = await studio.notices.attempt(() =>
        studio.api.catalog.getMany({ projectId: studio.projectId, imageIds: [...imageIds] }),
      )
      if (rows === undefined) throw new Error('The rows could not be read.')
      return rows
    })
  }

  get query(): ImageQuery {
    const parameters = this.#studio.navigation.parameters('label')
    const text = parameters.toString()
    // Many views ask; the address changes with every step through the images, the query hardly ever.
    if (text !== this.#queryText) [this.#queryText, this.#query] = [text, queryOf(parameters)]
    return this.#query
  }

  get ids(): readonly ImageId[] {
    return this.order.ids
  }

  imageAt(index: number): Image | undefined {
    const id = this.order.ids[index]
    return id === undefined ? undefined : this.rows.get(id)
  }

  filterBy(filter: ImageFilter): void {
    this.offsetPx = 0
    this.#studio.navigation.go('label', parametersOf(filter))
  }

  sortBy(sort: ImageSort): void {
    this.offsetPx = 0
    this.#studio.navigation.go('label', { sort: sort === 'path' ? null : sort })
  }

  /** Follows another order, so that selection and scroll survive it. */
  onOrder(listener: (change: OrderChange) => void): void {
    this.#listeners.push(listener)
  }

  /** Reads the order of a query; of several that are under way the last one counts. */
  async load(query: ImageQuery): Promise<void> {
    const load = ++this.#loads
    const { api, projectId, notices } = this.#studio
    const answer = await notices.attempt(() => api.catalog.order({ projectId, query }))
    if (load !== this.#loads) return
    if (answer !== undefined) this.#take(answer.imageIds, JSON.stringify(query))
  }

  /** The ids of another query, in its order: for what is not shown, such as the next unlabelled image. */
  async idsOf(query: ImageQuery): Promise<readonly ImageId[]> {
    const { api, projectId } = this.#studio
    return (await api.catalog.order({ projectId, query })).imageIds
  }

  followChange({ what, imageIds }: ProjectChange): void {
    this.rows.expire(imageIds)
    if (
      changesOrder(
        untrack(() => this.query),
        what,
      )
    )
      void this.refreshOrder()
  }

  /** Reads the order again. Changes that come while it is read are answered by one more reading. */
  async refreshOrder(): Promise<void> {
    this.#isStale = true
    if (this.#isReadingOrder) return
    this.#isReadingOrder = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        await this.load(untrack(() => this.query))
      }
    } finally {
      this.#isReadingOrder = false
    }
  }

  #take(ids: readonly ImageId[], query: string): void {
    const before = this.order
    const isNewQuery = query !== this.answered
    this.isReady = true
    this.answered = query
    if (isSameOrder(before.ids, ids)) return
    this.order = orderOf(ids)
    for (const listener of this.#listeners) listener({ before, after: this.order, isNewQuery })
  }
}

function isSameOrder(one: readonly ImageId[], other: readonly ImageId[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index])
}
