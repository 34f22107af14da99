import type { Calibration } from '../../shared/domain/metrics.ts'

const binCount = 10

/** What the network predicted for one image. */
export interface Judged {
  /** Probability of what it predicted, 0..1. */
  readonly confidence: number
  readonly isRight: boolean
}

/**
 * Reliability in equal bins of the confidence, each without its lower edge and with its upper one, and the expected
 * calibration error over them (Guo et al. 2017, equations 2 to 5). The error is 0 without images.
 */
export function calibrationOf(judged: readonly Judged[]): Calibration {
  const members = Map.groupBy(judged, ({ confidence }) => binOf(confidence))
  const bins = Array.from({ length: binCount }, (_, index) => {
    const within = members.get(index) ?? []
    return {
      fromConfidence: index / binCount,
      toConfidence: (index + 1) / binCount,
      imageCount: within.length,
      meanConfidence: meanOf(within.map(({ confidence }) => confidence)),
      accuracy: meanOf(within.map(({ isRight }) => (isRight ? 1 : 0))),
    }
  })
  const total = bins.reduce((sum, { imageCount, meanConfidence, accuracy }) => {
    return sum + imageCount * Math.abs((accuracy ?? 0) - (meanConfidence ?? 0))
  }, 0)
  return { bins, expectedError: judged.length === 0 ? 0 : Math.min(1, total / judged.length) }
}

function binOf(confidence: number): number {
  for (let index = binCount - 1; index > 0; index -= 1) if (confidence > index / binCount) return index
  return 0
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
