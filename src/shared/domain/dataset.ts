import { z } from 'zod'
import { DatasetId, ImageId, Sha256 } from './ids.ts'
import { ClassName } from './label.ts'
import { Split } from './split.ts'

/** One image of a frozen dataset. `classIndex` points into the dataset's `classes`. */
export const DatasetEntry = z.strictObject({
  imageId: ImageId,
  path: z.string().min(1),
  contentHash: Sha256,
  classIndex: z.int().nonnegative(),
  split: Split,
})
export type DatasetEntry = z.infer<typeof DatasetEntry>

export const SplitRatios = z
  .strictObject({
    train: z.number().positive().max(1),
    validation: z.number().min(0).max(1),
    test: z.number().min(0).max(1),
  })
  .refine((ratios) => Math.abs(ratios.train + ratios.validation + ratios.test - 1) < 1e-6, 'the ratios add up to 1')
export type SplitRatios = z.infer<typeof SplitRatios>

/** Two images in different splits that show the same (exact: same bytes; near: similar perceptual hash). */
export const Leak = z.strictObject({
  kind: z.enum(['exact', 'near']),
  /** Bits in which the perceptual hashes differ; 0 for exact ones. */
  distanceBits: z.int().nonnegative(),
  a: z.strictObject({ imageId: ImageId, path: z.string(), split: Split }),
  b: z.strictObject({ imageId: ImageId, path: z.string(), split: Split }),
})
export type Leak = z.infer<typeof Leak>

export const SplitCounts = z.strictObject({
  train: z.int().nonnegative(),
  validation: z.int().nonnegative(),
  test: z.int().nonnegative(),
})
export type SplitCounts = z.infer<typeof SplitCounts>

/** Classes that differ this much in their number of images are worth a word. */
export const imbalanceRatio = 2

export const Dataset = z.strictObject({
  id: DatasetId,
  createdAtMs: z.number(),
  seed: z.int(),
  /** In the order of the network's outputs. */
  classes: z.array(ClassName).min(2),
  /** By class, in the order of `classes`. */
  countsByClass: z.array(SplitCounts),
  /** SHA-256 over the sorted entries (path, hash, class, split): equal hashes mean equal datasets. */
  hash: Sha256,
  leaks: z.array(Leak),
  /** How many training images were left out because they leaked. */
  droppedLeakCount: z.int().nonnegative(),
})
export type Dataset = z.infer<typeof Dataset>
