import type { Image } from '../../shared/domain/image.ts'
import type { BrowseState } from './browse-state.svelte.ts'

/** How far to look through rows that are here already before core is asked. */
const nearby = 2_000

/** The place of the next image after `from`, or else of the first, that a person has still to decide on. */
export async function findNextWaiting(browse: BrowseState, from: number): Promise<number | undefined> {
  const { length } = browse.ids
  const places = from < 0 ? length : length - 1
  for (let step = 1; step <= Math.min(places, nearby); step++) {
    const index = (from + step) % length
    const image = browse.imageAt(index)
    if (image === undefined) return findFar(browse, from)
    if (isWaiting(image)) return index
  }
  if (places <= nearby) return undefined
  return findFar(browse, from)
}

async function findFar(browse: BrowseState, from: number): Promise<number | undefined> {
  const { filter, sort } = browse.query
  if (filter.classId !== undefined && filter.classId !== 'unlabelled') return undefined
  if (filter.state !== undefined && filter.state !== 'readable') return undefined
  const wanted = { ...filter, classId: 'unlabelled', state: 'readable', skipped: false } as const
  const waiting = await browse.idsOf({ filter: wanted, sort })
  // What was labelled a moment ago may not be on disk yet.
  const places = waiting.flatMap((id) => {
    const image = browse.rows.get(id)
    const place = image === undefined || isWaiting(image) ? browse.order.indexOf(id) : undefined
    return place === undefined ? [] : [place]
  })
  return places.find((place) => place > from) ?? places.find((place) => place !== from)
}

function isWaiting(image: Image): boolean {
  return image.label === null && !image.isSkipped && image.state === 'readable'
}
