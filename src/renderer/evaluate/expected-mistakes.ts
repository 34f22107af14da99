import type { Evaluation } from '../../shared/domain/metrics.ts'

/** How many mistakes to expect in a hundred pictures, as a person would say it. */
export type ExpectedMistakes =
  | { readonly kind: 'nothing-known' }
  /** None of the images was wrong; the interval still allows up to so many. */
  | { readonly kind: 'none-seen'; readonly atMost: number }
  | { readonly kind: 'under-one' }
  | { readonly kind: 'exactly'; readonly count: number }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }

/** What rounding leaves of a whole number, such as 100 * (1 - 0.93). */
const tolerance = 1e-9

export function expectedMistakes(
  evaluation: Pick<Evaluation, 'imageCount' | 'correctCount' | 'accuracyInterval'>,
): ExpectedMistakes {
  const { imageCount, correctCount, accuracyInterval } = evaluation
  if (imageCount === 0) return { kind: 'nothing-known' }
  const perHundred = (100 * (imageCount - correctCount)) / imageCount
  if (perHundred === 0) return { kind: 'none-seen', atMost: Math.ceil(100 * (1 - accuracyInterval[0]) - tolerance) }
  if (perHundred < 1 - tolerance) return { kind: 'under-one' }
  const [low, high] = [Math.floor(perHundred + tolerance), Math.ceil(perHundred - tolerance)]
  return low === high ? { kind: 'exactly', count: low } : { kind: 'between', low, high }
}
