import type { CatalogCounts } from '../../shared/contract/catalog.ts'
import type { Edit } from '../../shared/contract/labels.ts'
import type { ImageClass } from '../../shared/domain/label.ts'
import type { ModelSummary } from '../../shared/domain/model.ts'
import type { Run } from '../../shared/domain/run.ts'

/** As many of two classes are the least that a run takes. */
const enoughImages = 5

export type NextStep = 'tune-all' | 'tune-again' | 'tune-first' | 'second-class'

export interface Progress {
  readonly counts: CatalogCounts | null
  readonly classes: readonly Pick<ImageClass, 'imageCount'>[]
  readonly models: readonly Pick<ModelSummary, 'createdAtMs'>[]
  readonly activeRun: Run | null
  readonly history: { readonly undoStep: Pick<Edit, 'atMs'> | null }
}

/** What comes after labelling, where that has come far enough; null while there is nothing to say. */
export function nextStep({ counts, classes, models: [newest], activeRun, history }: Progress): NextStep | null {
  if (counts === null || counts.labelled === 0 || activeRun !== null) return null
  const isAllLabelled = counts.unlabelled === 0
  if (isAllLabelled && classes.filter(({ imageCount }) => imageCount > 0).length < 2) return 'second-class'
  const isEnough = classes.filter(({ imageCount }) => imageCount >= enoughImages).length >= 2
  if (!isEnough) return null
  if (newest === undefined) return isAllLabelled ? 'tune-all' : 'tune-first'
  const changedAtMs = history.undoStep?.atMs ?? 0
  return isAllLabelled && changedAtMs > newest.createdAtMs ? 'tune-again' : null
}
