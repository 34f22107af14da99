import type { DatasetId } from '../../../shared/domain/ids.ts'
import type { Split } from '../../../shared/domain/split.ts'
import type { ReadableDb } from '../database/handles.ts'
import { rowOf } from '../database/row-ids.ts'
import { type Comparable, findDuplicates, numberGroups } from '../datasets/duplicate-graph.ts'
import { freezeOptionsOfRuns } from './preview-dataset.ts'

/** From so many test images on, their interval is about ten points to either side at most. */
const testImagesEnough = 100
/** Of more images, folds would take as long as the run. */
const imageCountMax = 2000

interface EntryRow extends Comparable {
  readonly split: Split
}

/** Of each entry in the order of their paths, where test images are too few to tell how good a model is; null elsewhere. */
export function foldGroupsOf(db: ReadableDb, datasetId: DatasetId): number[] | null {
  const entries = db
    .prepare<EntryRow>(
      // An image that has left the catalog since, or was never looked at closely, is a copy of its own bytes alone.
      `SELECT dataset_entry.split, dataset_entry.content_hash AS contentHash,
         coalesce(image.perceptual_hash, '${'0'.repeat(16)}') AS perceptualHash,
         coalesce(image.facts ->> 'detailHash', '${'0'.repeat(64)}') AS detailHash
       FROM dataset_entry LEFT JOIN image ON image.id = image_id AND image.content_hash = dataset_entry.content_hash
       WHERE dataset_id = ? ORDER BY dataset_entry.path`,
    )
    .all(rowOf(datasetId))
  const testCount = entries.filter(({ split }) => split === 'test').length
  if (testCount >= testImagesEnough || entries.length > imageCountMax) return null
  return numberGroups(entries, findDuplicates(entries, freezeOptionsOfRuns.nearDistanceBits))
}
