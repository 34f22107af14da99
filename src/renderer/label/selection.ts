import type { ImageFilter, ImageSelection } from '../../shared/contract/catalog.ts'
import type { ImageId } from '../../shared/domain/ids.ts'

/**
 * Which images of an order are selected. Everything that a filter gives is kept as that, with exceptions, so that all
 * of 100,000 images are one word and not 100,000 ids.
 */
export interface Selection {
  readonly isAll: boolean
  /** The selected ones; where `isAll` is set, those that are not. */
  readonly ids: ReadonlySet<ImageId>
  /** Where the keys go on from. */
  readonly focus: ImageId | null
  /** The other end of a range. */
  readonly anchor: ImageId | null
}

/** An order with its way back from an id to its place. */
export interface Order {
  readonly ids: readonly ImageId[]
  indexOf(id: ImageId): number | undefined
}

export function orderOf(ids: readonly ImageId[]): Order {
  let places: ReadonlyMap<ImageId, number> | null = null
  return {
    ids,
    indexOf(id) {
      places ??= new Map(ids.map((other, index) => [other, index]))
      return places.get(id)
    },
  }
}

export const emptySelection: Selection = { isAll: false, ids: new Set(), focus: null, anchor: null }

export const hasImage = (selection: Selection, id: ImageId) => selection.ids.has(id) !== selection.isAll

export function countSelected(selection: Selection, order: Order): number {
  return selection.isAll ? order.ids.length - selection.ids.size : selection.ids.size
}

export function only(id: ImageId): Selection {
  return { isAll: false, ids: new Set([id]), focus: id, anchor: id }
}

export function all(selection: Selection): Selection {
  return { ...selection, isAll: true, ids: new Set() }
}

/** Nothing selected; the keys go on from where they were. */
export function none(selection: Selection): Selection {
  return { ...selection, isAll: false, ids: new Set() }
}

export function toggle(selection: Selection, id: ImageId): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { isAll: selection.isAll, ids, focus: id, anchor: id }
}

/** Everything from the anchor to `id`, instead of what was selected or added to it. */
export function rangeTo(selection: Selection, order: Order, id: ImageId, isAdding = false): Selection {
  const anchor = selection.anchor ?? selection.focus ?? id
  const from = order.indexOf(anchor) ?? order.indexOf(id) ?? 0
  const to = order.indexOf(id) ?? from
  const range = order.ids.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ...withImages(isAdding ? selection : none(selection), range), focus: id, anchor }
}

/** These images and, where `kept` is given, what that had; for a band that is being drawn. */
export function band(kept: Selection | null, images: readonly ImageId[], focus: ImageId | null): Selection {
  const base = kept ?? emptySelection
  return { ...withImages(base, images), focus: images.at(-1) ?? focus, anchor: images[0] ?? focus }
}

function withImages(selection: Selection, images: readonly ImageId[]): Selection {
  const ids = new Set(selection.ids)
  for (const id of images) {
    if (selection.isAll) ids.delete(id)
    else ids.add(id)
  }
  return { ...selection, ids }
}

/**
 * The same selection after images have come, gone or changed their places. Where the focused one is gone, the next one
 * that is left takes over, so that labelling goes on.
 */
export function settle(selection: Selection, before: Order, after: Order): Selection {
  const isThere = (id: ImageId) => after.indexOf(id) !== undefined
  const ids = new Set([...selection.ids].filter(isThere))
  const focus = selection.focus === null ? null : heir(selection.focus, before, after)
  const anchor = selection.anchor !== null && isThere(selection.anchor) ? selection.anchor : focus
  const hadOnlyFocus = !selection.isAll && selection.focus !== null && ids.size === 0 && selection.ids.size > 0
  if (hadOnlyFocus && focus !== null) ids.add(focus)
  return { isAll: selection.isAll, ids, focus, anchor }
}

function heir(focus: ImageId, before: Order, after: Order): ImageId | null {
  if (after.indexOf(focus) !== undefined) return focus
  const at = before.indexOf(focus) ?? 0
  const isThere = (id: ImageId) => after.indexOf(id) !== undefined
  const later = before.ids.slice(at).find(isThere)
  return later ?? before.ids.slice(0, at).findLast(isThere) ?? after.ids.at(-1) ?? null
}

/** As core takes it. Everything without exceptions goes as its filter. */
export function asImageSelection(selection: Selection, order: Order, filter: ImageFilter): ImageSelection {
  if (!selection.isAll) return { ids: [...selection.ids] }
  if (selection.ids.size === 0) return { filter }
  return { ids: order.ids.filter((id) => !selection.ids.has(id)) }
}
