import type { Calibration } from '../../shared/domain/metrics.ts'

type Bin = Calibration['bins'][number]

/** Below this the difference is not worth a word. */
const fairErrorMax = 0.03

/** Whether a model promises too much or too little, and the bin that tells most about it. */
export function describeCalibration(calibration: Calibration): {
  readonly tendency: 'over' | 'under' | 'fair'
  readonly worst: Bin | null
} {
  const weightOf = (bin: Bin) => bin.imageCount * Math.abs(excessOf(bin))
  const excess = calibration.bins.reduce((sum, bin) => sum + bin.imageCount * excessOf(bin), 0)
  const worst = calibration.bins.toSorted((a, b) => weightOf(b) - weightOf(a))[0]
  return {
    tendency: calibration.expectedError < fairErrorMax ? 'fair' : excess > 0 ? 'over' : 'under',
    worst: worst === undefined || worst.imageCount === 0 ? null : worst,
  }
}

function excessOf({ meanConfidence, accuracy }: Bin): number {
  return (meanConfidence ?? 0) - (accuracy ?? 0)
}
