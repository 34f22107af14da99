import { availableParallelism } from 'node:os'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import { readAhead } from '../evaluation/read-ahead.ts'
import type { TrainingPicture } from '../devices/augmenter.ts'
import type { PixelProblem } from '../evaluation/read-pixels.ts'
import type { TrainingPictureResult } from './pixel-source.ts'
import { batchesOf, microBatchesOf } from './sample-order.ts'

/** What the device computes at once: a part of a batch, in the order of the epoch. */
export interface MicroBatch {
  readonly images: readonly { readonly entry: DatasetEntry; readonly values: TrainingPicture }[]
  readonly problems: readonly { readonly entry: DatasetEntry; readonly problem: PixelProblem }[]
  /** The update that it belongs to, from 0 within the epoch. */
  readonly step: number
  /** Whether the batch is complete with it. */
  readonly last: boolean
}

export interface MicroBatchOptions {
  readonly batchSize: number
  readonly microBatchSize: number
  /** Updates of the epoch that have been made already. */
  readonly firstStep: number
  readonly read: (entry: DatasetEntry) => Promise<TrainingPictureResult>
  readonly signal: AbortSignal
}

/** Micro-batches whose images are read while earlier ones are computed. */
const microBatchesAhead = 3

/**
 * The micro-batches of one epoch in order. Reading runs ahead of the device: a step keeps the main thread busy for long,
 * and reading one file takes several turns of the event loop, so several micro-batches are under way at once.
 */
export async function* microBatches(
  order: readonly DatasetEntry[],
  options: MicroBatchOptions,
): AsyncGenerator<MicroBatch, void, undefined> {
  const { batchSize, microBatchSize, firstStep, read, signal } = options
  const parts = batchesOf(order, batchSize)
    .map((batch, step) => ({ step, parts: microBatchesOf(batch, microBatchSize) }))
    .slice(firstStep)
    .flatMap(({ step, parts }) => parts.map((entries, index) => ({ step, entries, last: index === parts.length - 1 })))
  const results = readAhead(
    parts.flatMap(({ entries }) => entries),
    read,
    {
      concurrency: Math.max(2 * microBatchSize, availableParallelism()),
      ahead: microBatchesAhead * microBatchSize,
      signal,
    },
  )
  try {
    for (const { step, entries, last } of parts) {
      const images: { entry: DatasetEntry; values: TrainingPicture }[] = []
      const problems: { entry: DatasetEntry; problem: PixelProblem }[] = []
      for (const entry of entries) {
        const { value } = await results.next()
        if (!value) return
        if (value.problem === null) images.push({ entry, values: value.values })
        else problems.push({ entry, problem: value.problem })
      }
      yield { images, problems, step, last }
    }
  } finally {
    await results.return()
  }
}
