import type { SplitCounts } from '../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { ReadableDb } from '../database/handles.ts'
import { rowOf } from '../database/row-ids.ts'
import { getDataset } from '../datasets/dataset-repository.ts'
import { type Comparable, findDuplicates, numberGroups } from '../datasets/duplicate-graph.ts'
import { freezeOptionsOfRuns } from './preview-dataset.ts'

/** From so many test images on, their interval is about ten points to either side at most. */
const testImagesEnough = 100
/** Of more images, folds would take as long as the run. */
const imageCountMax = 2000

/** Whether a run also judges its images by folds: it fits the output layer first, and test images are too few to tell. */
export function isToldByFolds({ fitHeadFirst }: Recipe, { train, validation, test }: SplitCounts): boolean {
  return fitHeadFirst && test < testImagesEnough && train + validation + test <= imageCountMax
}

/** Of each entry of a dataset, in the order of their paths: copies have the same number. Null where folds tell nothing. */
export function foldGroupsOf(db: ReadableDb, datasetId: DatasetId, recipe: Recipe): number[] | null {
  const { countsByClass } = getDataset(db, datasetId)
  if (!isToldByFolds(recipe, sumOf(countsByClass))) return null
  const entries = db
    .prepare<Comparable>(
      // An image that has left the catalog since, or is another one by now, is a copy of the same bytes alone.
      `SELECT dataset_entry.content_hash AS contentHash,
         coalesce(image.perceptual_hash, '${'0'.repeat(16)}') AS perceptualHash,
         coalesce(image.facts ->> 'detailHash', '${'0'.repeat(64)}') AS detailHash
       FROM dataset_entry LEFT JOIN image ON image.id = image_id AND image.content_hash = dataset_entry.content_hash
       WHERE dataset_id = ? ORDER BY dataset_entry.path`,
    )
    .all(rowOf(datasetId))
  return numberGroups(entries, findDuplicates(entries, freezeOptionsOfRuns.nearDistanceBits))
}

function sumOf(counts: readonly SplitCounts[]): SplitCounts {
  return counts.reduce(
    (sum, { train, validation, test }) => ({
      train: sum.train + train,
      validation: sum.validation + validation,
      test: sum.test + test,
    }),
    { train: 0, validation: 0, test: 0 },
  )
}
