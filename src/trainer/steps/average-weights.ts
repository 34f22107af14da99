import type { Recipe } from '../../shared/domain/recipe.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { writeParameters } from '../network/parameters.ts'
import type { WeightMap } from '../weights/weight-map.ts'
import { evaluateSplit } from './evaluate-split.ts'
import type { Session } from './session.ts'

/** The mean of the weights at the ends of several epochs, running statistics included. */
export interface WeightAverage {
  readonly epochCount: number
  readonly weights: WeightMap
}

/** Whether the weights at the end of this epoch belong to the average: those of the last ones that are planned. */
export function isAveraged(
  epoch: number,
  { epochs, averageEpochs }: Pick<Recipe, 'epochs' | 'averageEpochs'>,
): boolean {
  return averageEpochs > 1 && epoch > epochs - averageEpochs
}

export function addToAverage(average: WeightAverage | null, weights: WeightMap): WeightAverage {
  if (average === null) return { epochCount: 1, weights }
  const epochCount = average.epochCount + 1
  const mean = [...weights].map(([name, { shape, values }]) => {
    const before = average.weights.get(name)?.values
    const moved = values.map((value, at) => {
      const old = before?.[at] ?? value
      return old + (value - old) / epochCount
    })
    return [name, { shape, values: moved }] as const
  })
  return { epochCount, weights: new Map(mean) }
}

/**
 * Puts on the device what the run is to end with: the average of the last epochs (Izmailov et al. 2018), or the best
 * epoch where the recipe keeps that and the average is no better on validation.
 */
export async function* takeBestWeights(session: Session): AsyncGenerator<TrainerEvent, void> {
  const { network, parameters, average, best, state, entries } = session
  if (average !== null && average.epochCount > 1) {
    writeParameters(network, parameters, average.weights)
    if (best === null || state.best === null || entries.validation.length === 0) return
    const { loss, imageCount } = yield* evaluateSplit(session, 'validation')
    if (imageCount > 0 && loss < state.best.validationLoss) return
  }
  if (best !== null) writeParameters(network, parameters, best)
}
