import { performance } from 'node:perf_hooks'
import type { DeviceReport, Precision } from '../../shared/domain/device.ts'
import { createParameters, disposeParameters, readWeightMap } from '../network/parameters.ts'
import { createLearner } from '../steps/learner.ts'
import type { WeightMap } from '../weights/weight-map.ts'
import {
  selfTestLabels,
  selfTestNetwork,
  selfTestPixels,
  selfTestSizePx,
  selfTestWeights,
} from './self-test-network.ts'
import { selfTestReference } from './self-test-reference.ts'

type SelfTest = NonNullable<DeviceReport['selfTest']>

/**
 * Float32 sums in another order, and fused multiply-add, change what these steps do by about 1e-6; a wrong kernel
 * changes it by 1e-2 or more. The 8 bits of bfloat16 change it by 7e-2, the 11 of float16 by 5e-2, an argument in the wrong
 * place by 5e-1; float16 is tried only where float32 has passed.
 */
const tolerances: Readonly<Record<Precision, number>> = { float32: 1e-4, bfloat16: 0.2, float16: 0.2 }

/** The change of each parameter is looked at from so many directions, so that the reference need not hold every number. */
const directions = 4

/**
 * Two tiny training steps on tfjs's current backend, by the same code that trains, compared with PyTorch's numbers for
 * them. Two, because only the second uses what the first leaves in the momentum.
 */
export async function runSelfTest(precision: Precision): Promise<SelfTest> {
  const tolerance = tolerances[precision]
  const startedAt = performance.now()
  const relativeError = relativeDifference(projectionsOf(await tinyTraining()), selfTestReference)
  return {
    passed: relativeError <= tolerance,
    relativeError: Number.isFinite(relativeError) ? relativeError : Number.MAX_VALUE,
    tolerance,
    durationMs: performance.now() - startedAt,
  }
}

async function tinyTraining(): Promise<WeightMap> {
  const network = selfTestNetwork
  const parameters = createParameters(network, { weights: selfTestWeights(), seed: 0 })
  const learner = createLearner({ network, parameters }, selfTestLabels.map(() => 1).concat(1), {
    ...{ momentum: 0.9, weightDecay: 0.01, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
    ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx: selfTestSizePx },
  })
  try {
    for (let step = 0; step < 2; step++) {
      await learner.add({ pixels: selfTestPixels(), classIndices: selfTestLabels })
      learner.update(0.02)
    }
    return await readWeightMap(network, parameters)
  } finally {
    learner.dispose()
    disposeParameters(parameters)
  }
}

/** Products of what each parameter changed by with fixed vectors; their difference measures that of the changes. */
function projectionsOf(weights: WeightMap): number[] {
  const before = selfTestWeights()
  return [...weights].flatMap(([name, { values }]) => {
    const start = before.get(name)?.values ?? []
    return Array.from({ length: directions }, (_, direction) =>
      values.reduce((sum, value, index) => sum + (value - (start[index] ?? 0)) * chirp(direction, index), 0),
    )
  })
}

/** A vector that resonates neither with what `draw` gives nor with another direction. */
function chirp(direction: number, index: number): number {
  return Math.sin(0.0123 * (index + 1) ** 2 + direction)
}

function relativeDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let size = 0
  expected.forEach((value, index) => {
    difference += ((actual[index] ?? Number.NaN) - value) ** 2
    size += value ** 2
  })
  return Math.sqrt(difference / size)
}
