import type { Agreement, ParityReport } from '../../shared/domain/export.ts'
import { indexOfLargest } from '../evaluation/probabilities.ts'

/** What an export may differ by. From the same tensor only rounding differs; from a file also decoding and resizing. */
export const parityLimits = {
  sameTensorDifferenceMax: 1e-4,
  endToEndDifferenceMean: 2e-3,
  /** Two best classes closer than this may swap end to end. */
  clearMargin: 0.02,
} as const

export interface AgreementCounter {
  /** Both in the order of the classes; `reference` is the trainer's. */
  add(reference: ArrayLike<number>, exported: ArrayLike<number>): void
  result(): Agreement
}

/** Compares probabilities image by image. The mean difference is over all classes of all images. */
export function createAgreementCounter(): AgreementCounter {
  let imageCount = 0
  let agreeing = 0
  let clearDisagreementCount = 0
  let differenceMax = 0
  let differenceTotal = 0
  let differenceCount = 0
  return {
    add(reference, exported) {
      imageCount += 1
      if (indexOfLargest(reference) === indexOfLargest(exported)) agreeing += 1
      else if (marginOf(reference) > parityLimits.clearMargin) clearDisagreementCount += 1
      for (let index = 0; index < reference.length; index += 1) {
        const difference = Math.abs((reference[index] ?? NaN) - (exported[index] ?? NaN))
        // What is not a number counts as the largest difference that there can be.
        const counted = Number.isNaN(difference) ? 1 : difference
        differenceMax = Math.max(differenceMax, counted)
        differenceTotal += counted
        differenceCount += 1
      }
    },
    result: () => ({
      imageCount,
      topOneAgreement: imageCount === 0 ? 0 : agreeing / imageCount,
      clearDisagreementCount,
      probabilityDifferenceMax: differenceMax,
      probabilityDifferenceMean: differenceCount === 0 ? 0 : differenceTotal / differenceCount,
    }),
  }
}

/** Whether both comparisons are within the limits; nothing compared is not passed. */
export function isPassed({ sameTensor, endToEnd }: Pick<ParityReport, 'sameTensor' | 'endToEnd'>): boolean {
  const isSame =
    sameTensor.imageCount > 0 &&
    sameTensor.topOneAgreement === 1 &&
    sameTensor.probabilityDifferenceMax <= parityLimits.sameTensorDifferenceMax
  if (endToEnd === null) return isSame
  return (
    isSame &&
    endToEnd.imageCount > 0 &&
    endToEnd.clearDisagreementCount === 0 &&
    endToEnd.probabilityDifferenceMean <= parityLimits.endToEndDifferenceMean
  )
}

function marginOf(probabilities: ArrayLike<number>): number {
  const [best = 0, second = 0] = Array.from(probabilities).sort((a, b) => b - a)
  return best - second
}
