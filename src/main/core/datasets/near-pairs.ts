import { coarseDistance, type Fingerprints, isSamePicture, isTelling } from './fingerprint.ts'

export interface NearPair {
  /** Positions in the list of fingerprints; `a` is the smaller. */
  readonly a: number
  readonly b: number
  /** Bits in which the coarse hashes differ. */
  readonly distanceBits: number
}

type Visit = (a: number, b: number, wasVisited?: (a: number, b: number) => boolean) => void

const partCount = 4
const partBits = 16

/**
 * All pairs of pictures that show the same, by their fingerprints. Hashes that differ in at most k bits have one of
 * their four quarters within k / 4 bits (Norouzi et al., "Fast search in Hamming space with multi-index hashing",
 * 2012): only such candidates are compared, unless comparing all is less work.
 */
export function findNearPairs(
  prints: Fingerprints,
  nearDistanceBits: number,
  items: readonly number[] = Array.from({ length: prints.count }, (_, at) => at),
): NearPair[] {
  const telling = items.filter((at) => isTelling(prints, at))
  const masks = masksWithin(Math.floor(nearDistanceBits / partCount))
  const pairs: NearPair[] = []
  const visit: Visit = (a, b, wasVisited) => {
    // The cheapest question first: of pictures that are all alike there are millions of candidates.
    const distanceBits = coarseDistance(prints, a, b)
    if (distanceBits > nearDistanceBits || wasVisited?.(a, b) === true) return
    if (isSamePicture(prints, [a, b], nearDistanceBits)) pairs.push({ a, b, distanceBits })
  }
  if (masks.length * partCount < telling.length / 2) visitIndexed(prints, telling, masks, visit)
  else visitAll(telling, visit)
  return pairs.sort((one, other) => one.a - other.a || one.b - other.b)
}

function visitAll(items: readonly number[], visit: Visit): void {
  for (let at = 0; at < items.length; at += 1) {
    for (let next = at + 1; next < items.length; next += 1) visit(items[at] ?? 0, items[next] ?? 0)
  }
}

/** Visits each pair that is near in some quarter; it counts at the first quarter in which it is. */
function visitIndexed(prints: Fingerprints, items: readonly number[], masks: readonly number[], visit: Visit): void {
  const isNear = new Uint8Array(2 ** partBits)
  for (const mask of masks) isNear[mask] = 1
  for (let part = 0; part < partCount; part += 1) {
    const { starts, members } = indexByPart(prints, items, part)
    const wasVisited = (a: number, b: number) => {
      for (let earlier = 0; earlier < part; earlier += 1) {
        if (isNear[partOf(prints, a, earlier) ^ partOf(prints, b, earlier)] === 1) return true
      }
      return false
    }
    for (const a of items) {
      const own = partOf(prints, a, part)
      for (const mask of masks) {
        const value = own ^ mask
        const end = starts[value + 1] ?? 0
        for (let at = starts[value] ?? 0; at < end; at += 1) {
          const b = members[at] ?? 0
          if (b > a) visit(a, b, wasVisited)
        }
      }
    }
  }
}

/** The items sorted by one quarter of their hash: those with value v lie from `starts[v]` to `starts[v + 1]`. */
function indexByPart(prints: Fingerprints, items: readonly number[], part: number) {
  const starts = new Uint32Array(2 ** partBits + 1)
  for (const item of items) {
    const after = partOf(prints, item, part) + 1
    starts[after] = (starts[after] ?? 0) + 1
  }
  for (let value = 0; value < 2 ** partBits; value += 1) {
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0)
  }
  const next = starts.slice()
  const members = new Uint32Array(items.length)
  for (const item of items) {
    const value = partOf(prints, item, part)
    const at = next[value] ?? 0
    members[at] = item
    next[value] = at + 1
  }
  return { starts, members }
}

function partOf({ coarse }: Fingerprints, at: number, part: number): number {
  return ((coarse[at * 2 + (part >>> 1)] ?? 0) >>> ((part & 1) * partBits)) & 0xffff
}

/** All words of 16 bits with at most so many ones. */
function masksWithin(bits: number): number[] {
  const masks: number[] = []
  const add = (mask: number, from: number, left: number) => {
    masks.push(mask)
    if (left > 0) for (let bit = from; bit < partBits; bit += 1) add(mask | (1 << bit), bit + 1, left - 1)
  }
  add(0, 0, bits)
  return masks
}
