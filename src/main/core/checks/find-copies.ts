import { type Comparable, findDuplicates, numberGroups } from '../datasets/duplicate-graph.ts'

export interface LabelledCopy extends Comparable {
  readonly className: string
}

export interface Copies {
  /** Of each image: those with the same number show the same. */
  readonly groups: readonly number[]
  /** Of each image: the first that shows the same and is of another class; null where all agree. */
  readonly otherwise: readonly (number | null)[]
}

/** Which labelled images are copies or near copies of each other, and which of those contradict each other. */
export function findCopies(images: readonly LabelledCopy[], nearDistanceBits: number): Copies {
  const graph = findDuplicates(images, nearDistanceBits)
  const otherwise = new Array<number | null>(images.length).fill(null)
  const compare = (left: readonly number[], right: readonly number[]) => {
    const firstOf = Map.groupBy(right, (at) => images[at]?.className)
    for (const at of left) {
      const other = [...firstOf].find(([className]) => className !== images[at]?.className)?.[1][0]
      otherwise[at] ??= other ?? null
    }
  }
  for (const cluster of graph.clusters) if (cluster.length > 1) compare(cluster, cluster)
  for (const { a, b } of graph.nearPairs) {
    const [left, right] = [graph.clusters[a] ?? [], graph.clusters[b] ?? []]
    compare(left, right)
    compare(right, left)
  }
  return { groups: numberGroups(images, graph), otherwise }
}
