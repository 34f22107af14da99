import { type Fingerprint, isTelling, packFingerprints } from './fingerprint.ts'
import { findNearPairs, type NearPair } from './near-pairs.ts'

export interface Comparable extends Fingerprint {
  readonly contentHash: string
}

/** What is known about which images show the same. Members are positions in the list of images. */
export interface DuplicateGraph {
  /** Images with the same fingerprint; every image is in one. */
  readonly clusters: readonly (readonly number[])[]
  /** Clusters that are near each other, by their positions in `clusters`. */
  readonly nearPairs: readonly NearPair[]
}

/** Compares all images. Equal fingerprints are gathered first: a thousand of them cost no more than one. */
export function findDuplicates(images: readonly Comparable[], nearDistanceBits: number): DuplicateGraph {
  const prints = packFingerprints(images)
  // Blank pictures all have the same fingerprint: among them only copies of the file count.
  const clusters = gather(images.entries(), ([at, { contentHash, perceptualHash, detailHash }]) =>
    isTelling(prints, at) ? perceptualHash + detailHash : contentHash,
  ).map((cluster) => cluster.map(([at]) => at))
  const clusterOf = new Map(clusters.map(([first], at) => [first ?? 0, at]))
  const nearPairs = findNearPairs(prints, nearDistanceBits, [...clusterOf.keys()]).map(({ a, b, distanceBits }) => {
    return { a: clusterOf.get(a) ?? 0, b: clusterOf.get(b) ?? 0, distanceBits }
  })
  return { clusters, nearPairs }
}

/** Gathers images into groups that must stay together: whatever any chain of copies and near copies joins. */
export function groupDuplicates(images: readonly Comparable[], { clusters, nearPairs }: DuplicateGraph): number[][] {
  const parent = images.map((_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parent[root] !== root) {
      const above = parent[parent[root] ?? root] ?? root
      parent[root] = above
      root = above
    }
    return root
  }
  const join = (a: number, b: number) => {
    parent[rootOf(a)] = rootOf(b)
  }
  // An image that was read by an older Athanor may have another fingerprint than its copy.
  const copies = gather(images.keys(), (at) => images[at]?.contentHash)
  for (const [first, ...others] of [...clusters, ...copies]) for (const other of others) join(first ?? other, other)
  for (const { a, b } of nearPairs) join(clusters[a]?.[0] ?? 0, clusters[b]?.[0] ?? 0)
  return gather(images.keys(), rootOf)
}

/** The same by image: those of one group have the same number. */
export function numberGroups(images: readonly Comparable[], graph: DuplicateGraph): number[] {
  const numbers = new Array<number>(images.length).fill(0)
  groupDuplicates(images, graph).forEach((members, number) => {
    for (const at of members) numbers[at] = number
  })
  return numbers
}

/** Items with the same key, in the order of their first. */
export function gather<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Item[][] {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}
