import type { ImageSelection } from '../../shared/contract/catalog.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
import type { BrowseState } from './browse-state.svelte.ts'
import {
  all,
  asImageSelection,
  band,
  countSelected,
  emptySelection,
  hasImage,
  none,
  only,
  rangeTo,
  settle,
  toggle,
  type Selection,
} from './selection.ts'

/** How a click adds to what is selected: as it is everywhere, with Shift and with Control or Command. */
export type ClickKind = 'plain' | 'range' | 'toggle' | 'range-added'

/** Which of the shown images are selected, and which one the keys go on from. */
export class SelectionState {
  value = $state.raw<Selection>(emptySelection)
  readonly #browse: BrowseState

  constructor(browse: BrowseState) {
    this.#browse = browse
    browse.onOrder(({ before, after, isNewQuery }) => {
      const { focus } = this.value
      const isLost = focus !== null && after.indexOf(focus) === undefined
      // Another filter begins at its top; a label that took an image out of the filter goes on beside it.
      if (isNewQuery && isLost) this.value = emptySelection
      else if (focus !== null) this.value = settle(this.value, before, after)
      this.beginAt(null)
    })
  }

  // No `$derived`: it would end with the view that asked first, and this outlives all of them.
  get count(): number {
    return countSelected(this.value, this.#browse.order)
  }

  get focusIndex(): number | null {
    const { focus } = this.value
    return focus === null ? null : (this.#browse.order.indexOf(focus) ?? null)
  }

  /** Selects an image, or the first one, where none is focused yet: a key labels it without a click before. */
  beginAt(id: ImageId | null): void {
    const { order } = this.#browse
    const isThere = id !== null && order.indexOf(id) !== undefined
    const first = order.ids[0]
    if (isThere) this.value = only(id)
    else if (this.value.focus === null && first !== undefined) this.value = only(first)
  }

  has(id: ImageId): boolean {
    return hasImage(this.value, id)
  }

  click(id: ImageId, kind: ClickKind): void {
    const { order } = this.#browse
    if (kind === 'plain') this.value = only(id)
    else if (kind === 'toggle') this.value = toggle(this.value, id)
    else this.value = rangeTo(this.value, order, id, kind === 'range-added')
  }

  only(id: ImageId): void {
    this.value = only(id)
  }

  all(): void {
    this.value = all(this.value)
  }

  none(): void {
    this.value = none(this.value)
  }

  toggleFocused(): void {
    if (this.value.focus !== null) this.value = toggle(this.value, this.value.focus)
  }

  band(kept: Selection | null, indices: readonly number[]): void {
    const ids = indices.flatMap((index) => this.#browse.ids[index] ?? [])
    this.value = band(kept, ids, this.value.focus)
  }

  /** Moves the focus by some places, or with `isExtending` the end of the range. */
  move(step: number, isExtending = false): void {
    const last = this.#browse.ids.length - 1
    const index = this.focusIndex
    this.moveTo(index === null ? 0 : Math.min(Math.max(index + step, 0), last), isExtending)
  }

  moveTo(index: number, isExtending = false): void {
    const id = this.#browse.ids.at(index)
    if (id === undefined) return
    this.value = isExtending ? rangeTo(this.value, this.#browse.order, id) : only(id)
  }

  /** As core takes it, now. */
  asImages(): ImageSelection {
    return asImageSelection(this.value, this.#browse.order, this.#browse.query.filter)
  }

  /** Whether an image is in the selection as it is now, whatever becomes of that later. */
  covers(): (id: ImageId) => boolean {
    const { value } = this
    return (id) => hasImage(value, id)
  }
}
