import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import { randomOf, shuffled } from '../../shared/random.ts'

/** First key after the seed, so that no two uses of randomness share a stream. */
export const randomStreams = {
  order: 1,
  augmentation: 2,
  limit: 3,
  crop: 4,
  folds: 5,
  mix: 6,
  distortion: 7,
  views: 8,
} as const

/** The training images in the order of one epoch; depends on the seed and the epoch alone, both from the dataset. */
export function sampleOrder(
  entries: readonly DatasetEntry[],
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): DatasetEntry[] {
  return shuffled(entries, randomOf(seed, randomStreams.order, epoch))
}

/**
 * At most `limit` images, drawn by the seed so that each class keeps its share as nearly as whole images allow: image
 * number r of the n of its class stands at (r + 0.5) / n, and the first ones over all classes are taken.
 */
export function limitEntries(entries: readonly DatasetEntry[], limit: number | null, seed: number): DatasetEntry[] {
  if (limit === null || limit >= entries.length) return [...entries]
  const byClass = Map.groupBy(entries, (entry) => entry.classIndex)
  return [...byClass]
    .flatMap(([classIndex, members]) =>
      shuffled(members, randomOf(seed, randomStreams.limit, classIndex)).map((entry, rank) => ({
        entry,
        place: (rank + 0.5) / members.length,
      })),
    )
    .sort((a, b) => a.place - b.place || a.entry.classIndex - b.entry.classIndex)
    .slice(0, limit)
    .map(({ entry }) => entry)
}

/** Consecutive slices of `size`; the last may be shorter. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/**
 * A batch in as few parts of at most `microBatchSize` as possible, as even as possible: a remainder of one or two
 * images would have meaningless batch statistics.
 */
export function microBatchesOf<T>(batch: readonly T[], microBatchSize: number): T[][] {
  const parts = Math.ceil(batch.length / microBatchSize)
  return Array.from({ length: parts }, (_, index) =>
    batch.slice(Math.floor((index * batch.length) / parts), Math.floor(((index + 1) * batch.length) / parts)),
  )
}
