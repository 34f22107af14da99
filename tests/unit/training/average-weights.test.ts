import { expect, test } from 'vitest'
import { addToAverage, isAveraged, type WeightAverage } from '../../../src/trainer/steps/average-weights.ts'
import type { WeightMap } from '../../../src/trainer/weights/weight-map.ts'

const weightsOf = (...values: number[]): WeightMap =>
  new Map([['fc.weight', { shape: [1, values.length], values: Float32Array.from(values) }]])

test('the average is the mean of all that was added, and changes none of it', () => {
  const epochs = [weightsOf(1, -4), weightsOf(2, 0), weightsOf(6, 1)]
  let average: WeightAverage | null = null
  for (const weights of epochs) average = addToAverage(average, weights)
  expect(average).toEqual({ epochCount: 3, weights: weightsOf(3, -1) })
  expect(epochs).toEqual([weightsOf(1, -4), weightsOf(2, 0), weightsOf(6, 1)])
})

test('the last planned epochs are averaged, from two on', () => {
  const averaged = (epochs: number, averageEpochs: number) =>
    Array.from({ length: epochs }, (_, at) => at + 1).filter((epoch) => isAveraged(epoch, { epochs, averageEpochs }))
  expect(averaged(6, 3)).toEqual([4, 5, 6])
  expect(averaged(2, 5)).toEqual([1, 2])
  expect(averaged(6, 0)).toEqual([])
  expect(averaged(6, 1)).toEqual([])
})
