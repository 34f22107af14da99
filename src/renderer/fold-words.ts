import type { ModelSummary } from '../shared/domain/model.ts'
import { m } from './messages.ts'
import { formatCount, formatPercent } from './ui/format.ts'

/** What folds say of a model that has too few test images to tell; null where nothing was asked of them. */
export function foldText({ foldEstimate, recipe }: Pick<ModelSummary, 'foldEstimate' | 'recipe'>): string | null {
  if (foldEstimate === null) return null
  const [low, high] = foldEstimate.accuracyInterval
  const words = recipe.epochs === 0 ? m.words_folds_frozen : m.words_folds_tuned
  return words({
    shown: formatCount(foldEstimate.imageCount),
    percent: formatPercent(foldEstimate.accuracy, 1),
    ...{ low: formatPercent(low, 1), high: formatPercent(high, 1) },
  })
}
