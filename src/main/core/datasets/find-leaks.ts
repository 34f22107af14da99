import type { Leak } from '../../../shared/domain/dataset.ts'
import type { ImageId } from '../../../shared/domain/ids.ts'
import type { Split } from '../../../shared/domain/split.ts'
import { type Comparable, type DuplicateGraph, gather } from './duplicate-graph.ts'

export interface PlacedImage extends Comparable {
  readonly id: ImageId
  readonly path: string
  /** Null: in no split yet, so that it cannot leak. */
  readonly split: Split | null
}

export interface FoundLeaks {
  /** Exact ones first; of very many only the first ten thousand. */
  readonly leaks: readonly Leak[]
  /** Positions of all training images that show the same as an image of another split. */
  readonly leakingTraining: ReadonlySet<number>
}

interface End {
  readonly contentHash: string
  readonly end: Leak['a']
}

const reportedMax = 10_000

const splitPairs = [
  ['train', 'validation'],
  ['train', 'test'],
  ['validation', 'test'],
] as const

/** Finds pairs of images that show the same and lie in different splits. */
export function findLeaks(images: readonly PlacedImage[], { clusters, nearPairs }: DuplicateGraph): FoundLeaks {
  const leaks: Leak[] = []
  const leakingTraining = new Set<number>()

  function compare(left: readonly number[], right: readonly number[], kind: Leak['kind'], distanceBits: number): void {
    note(left, right)
    note(right, left)
    for (const [one, other] of splitPairs) {
      report(endsIn(left, one), endsIn(right, other), kind, distanceBits)
      if (left !== right) report(endsIn(right, one), endsIn(left, other), kind, distanceBits)
    }
  }

  function report(left: readonly End[], right: readonly End[], kind: Leak['kind'], distanceBits: number): void {
    for (const from of left) {
      for (const to of right) {
        if (leaks.length >= reportedMax) return
        // That is an exact leak, and was reported as one.
        if (kind === 'near' && from.contentHash === to.contentHash) continue
        leaks.push({ kind, distanceBits, a: from.end, b: to.end })
      }
    }
  }

  function endsIn(members: readonly number[], split: Split): End[] {
    return members.flatMap((at) => {
      const image = images[at]
      if (image?.split !== split) return []
      return [{ contentHash: image.contentHash, end: { imageId: image.id, path: image.path, split } }]
    })
  }

  function note(training: readonly number[], others: readonly number[]): void {
    const isEvaluated = (at: number) => images[at]?.split === 'validation' || images[at]?.split === 'test'
    if (!others.some(isEvaluated)) return
    for (const at of training) if (images[at]?.split === 'train') leakingTraining.add(at)
  }

  for (const copies of gather(images.keys(), (at) => images[at]?.contentHash)) {
    if (copies.length > 1) compare(copies, copies, 'exact', 0)
  }
  for (const cluster of clusters) if (cluster.length > 1) compare(cluster, cluster, 'near', 0)
  for (const { a, b, distanceBits } of nearPairs) compare(clusters[a] ?? [], clusters[b] ?? [], 'near', distanceBits)
  return { leaks, leakingTraining }
}
