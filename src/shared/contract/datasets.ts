import { z } from 'zod'
import { Dataset, DatasetEntry, Leak, SplitRatios } from '../domain/dataset.ts'
import { DatasetId } from '../domain/ids.ts'
import { call } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

export const FreezeOptions = z.strictObject({
  seed: z.int().min(0).max(0xffffffff).default(0),
  /**
   * For images that no folder put into a split. Where some splits are given, the rest fills only those that are
   * empty: given train and test folders, validation is taken from training.
   */
  ratios: SplitRatios.default({ train: 0.8, validation: 0.1, test: 0.1 }),
  /** Leave training images out that leak into validation or test. */
  dropLeaks: z.boolean().default(false),
  /** Perceptual hashes that differ in at most so many of 64 bits count as near duplicates. */
  nearDistanceBits: z.int().min(0).max(16).default(4),
})
export type FreezeOptions = z.infer<typeof FreezeOptions>

export const datasets = {
  /** Freezes what is labelled now. Equal labels, splits and options give an equal hash. Errors: not-enough-data. */
  freeze: call(inProject.extend({ options: FreezeOptions.prefault({}) }), Dataset),
  /** Newest first. */
  list: call(inProject, z.array(Dataset)),
  get: call(inProject.extend({ datasetId: DatasetId }), Dataset),
  entries: call(inProject.extend({ datasetId: DatasetId }), z.array(DatasetEntry)),
  /** Leaks between the splits that folders gave, without freezing anything. */
  leaks: call(inProject.extend({ nearDistanceBits: z.int().min(0).max(16).default(4) }), z.array(Leak)),
}
