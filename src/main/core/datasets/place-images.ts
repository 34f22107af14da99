import type { FreezeOptions } from '../../../shared/contract/datasets.ts'
import type { Leak, SplitCounts } from '../../../shared/domain/dataset.ts'
import type { Split } from '../../../shared/domain/split.ts'
import { allotSplits } from './allot-splits.ts'
import { findDuplicates, groupDuplicates } from './duplicate-graph.ts'
import { findLeaks } from './find-leaks.ts'
import type { LabelledImage } from './labelled-images.ts'

export interface PlacedImages {
  /** By name. */
  readonly classes: readonly string[]
  /** Those that a dataset takes, in the order in which they were given. */
  readonly kept: readonly (LabelledImage & { readonly split: Split })[]
  /** Of those, in the order of the classes. */
  readonly countsByClass: readonly SplitCounts[]
  readonly leaks: readonly Leak[]
  readonly droppedLeakCount: number
}

/**
 * Puts each image into a split. Copies and near copies go into one together; where folders gave them different ones
 * they are leaks and, on request, left out of training.
 */
export function placeImages(images: readonly LabelledImage[], options: FreezeOptions): PlacedImages {
  const steps = placeInSteps(images, options)
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

/** As `placeImages`; of very many images each step takes long enough that others should come in between. */
export function* placeInSteps(
  images: readonly LabelledImage[],
  options: FreezeOptions,
): Generator<void, PlacedImages, void> {
  const duplicates = findDuplicates(images, options.nearDistanceBits)
  yield
  const groups = groupDuplicates(images, duplicates)
  yield
  const splits = allotSplits(images, groups, options)
  yield
  const placed = images.map((image, at) => ({ ...image, split: splits[at] ?? ('train' as const) }))
  const { leaks, leakingTraining } = findLeaks(placed, duplicates)
  const kept = options.dropLeaks ? placed.filter((_, at) => !leakingTraining.has(at)) : placed

  const classes = [...new Set(images.map(({ className }) => className))].sort()
  const counts = new Map(classes.map((name) => [name, { train: 0, validation: 0, test: 0 }]))
  for (const { className, split } of kept) {
    const ofClass = counts.get(className)
    if (ofClass !== undefined) ofClass[split] += 1
  }
  return { classes, kept, countsByClass: [...counts.values()], leaks, droppedLeakCount: placed.length - kept.length }
}
