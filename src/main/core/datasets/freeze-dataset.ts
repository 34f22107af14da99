import { createHash } from 'node:crypto'
import type { FreezeOptions } from '../../../shared/contract/datasets.ts'
import type { Dataset, DatasetEntry, Leak, SplitCounts } from '../../../shared/domain/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { transaction, type ReadableDb, type Writer } from '../database/handles.ts'
import { insertDataset } from './dataset-repository.ts'
import { findDuplicates } from './duplicate-graph.ts'
import { findLeaks } from './find-leaks.ts'
import { type LabelledImage, readLabelledImages } from './labelled-images.ts'
import { placeImages } from './place-images.ts'

/**
 * Freezes what is labelled now into a dataset that never changes. Copies and near copies go into one split together;
 * where folders gave them different ones they are reported as leaks and, on request, left out of training. Errors:
 * not-enough-data.
 */
export function freezeDataset(writer: Writer, options: FreezeOptions, nowMs: number): Dataset {
  return transaction(writer, (tx) => {
    const images = readLabelledImages(tx)
    const { classes, kept, countsByClass, leaks, droppedLeakCount } = placeImages(images, options)
    refuseFewClasses(classes, images)
    refuseUntrained(classes, countsByClass, droppedLeakCount)

    const indices = new Map(classes.map((name, at) => [name, at]))
    const entries = kept.map(({ id, path, contentHash, className, split }): DatasetEntry => {
      return { imageId: id, path, contentHash, classIndex: indices.get(className) ?? 0, split }
    })
    return insertDataset(
      tx,
      {
        createdAtMs: nowMs,
        seed: options.seed,
        classes: [...classes],
        countsByClass: [...countsByClass],
        hash: hashEntries(entries, classes),
        leaks: [...leaks],
        droppedLeakCount,
      },
      entries,
    )
  })
}

/** Leaks between the splits that folders gave. */
export function listGivenLeaks(db: ReadableDb, nearDistanceBits: number): Leak[] {
  const images = readLabelledImages(db)
  return [...findLeaks(images, findDuplicates(images, nearDistanceBits)).leaks]
}

/** SHA-256 over the entries in the order of their paths; equal hashes mean equal datasets. */
function hashEntries(entries: readonly DatasetEntry[], classes: readonly string[]): string {
  const hash = createHash('sha256')
  for (const { path, contentHash, classIndex, split } of entries) {
    hash.update(`${JSON.stringify([path, contentHash, classes[classIndex], split])}\n`)
  }
  return hash.digest('hex')
}

function refuseFewClasses(classes: readonly string[], images: readonly LabelledImage[]): void {
  if (classes.length >= 2) return
  const why =
    images.length === 0
      ? said`There is nothing to tell apart yet: no image that can be read has a label. Label images of two classes.`
      : said`There is nothing to tell apart yet: all ${images.length} labelled images are "${classes[0] ?? ''}".
          Label images of two classes.`
  throw new AppError('not-enough-data', why)
}

function refuseUntrained(classes: readonly string[], counts: readonly SplitCounts[], droppedCount: number): void {
  const without = classes.filter((_, at) => counts[at]?.train === 0).map((name) => `"${name}"`)
  if (without.length === 0) return
  const names = without.join(', ')
  const why =
    droppedCount > 0
      ? said`There are no training images of ${names} after ${droppedCount} images that leak were left out.`
      : said`There are no training images of ${names}.`
  throw new AppError(
    'not-enough-data',
    said`${why} Label more images, or move some of them out of the validation and test folders.`,
  )
}
