import { setImmediate as turn } from 'node:timers/promises'
import { FreezeOptions } from '../../../shared/contract/datasets.ts'
import type { SplitCounts } from '../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../shared/domain/ids.ts'
import type { ReadableDb } from '../database/handles.ts'
import { readRevisions } from '../database/note-change.ts'
import { getDataset } from '../datasets/dataset-repository.ts'
import { readLabelledImages } from '../datasets/labelled-images.ts'
import { placeInSteps } from '../datasets/place-images.ts'

/** How a run that starts without a dataset freezes the labels of now. */
export const freezeOptionsOfRuns = FreezeOptions.parse({})

/** What a dataset holds, be it frozen or what freezing would give now. */
export interface DatasetPreview {
  readonly classes: readonly string[]
  /** In the order of the classes. */
  readonly countsByClass: readonly SplitCounts[]
  readonly leakCount: number
}

interface Known {
  readonly state: string
  readonly preview: Promise<DatasetPreview>
}

/** Of the labels as they were last; a person who looks at a plan changes settings more often than labels. */
const known = new WeakMap<ReadableDb, Known>()

/** Freezes nothing. Errors: not-found for a dataset that is not there. */
export async function previewDataset(db: ReadableDb, datasetId: DatasetId | null): Promise<DatasetPreview> {
  if (datasetId !== null) {
    const { classes, countsByClass, leaks } = getDataset(db, datasetId)
    return { classes, countsByClass, leakCount: leaks.length }
  }
  const revisions = readRevisions(db)
  const state = (['images', 'labels', 'classes'] as const).map((part) => revisions.get(part)).join(' ')
  const last = known.get(db)
  if (last?.state === state) return last.preview
  const preview = place(db)
  known.set(db, { state, preview })
  // One that failed is not an answer to the next question.
  preview.catch(() => known.delete(db))
  return preview
}

/** Others come in between its steps: among 100,000 images they take a second and more. */
async function place(db: ReadableDb): Promise<DatasetPreview> {
  const steps = placeInSteps(readLabelledImages(db), freezeOptionsOfRuns)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) {
      const { classes, countsByClass, leaks } = value
      return { classes, countsByClass, leakCount: leaks.length }
    }
    await turn()
  }
}
