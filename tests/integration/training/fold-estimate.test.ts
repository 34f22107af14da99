import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Preset, RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { wilsonInterval } from '../../../src/shared/wilson-interval.ts'
import { trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 24, validation: 6, test: 6 })
})
afterAll(() => set.remove())

/** Groups by the image's place; null: nobody asks for folds. */
async function estimateOf(preset: Preset, overrides: RecipeOverrides, groupOf: ((at: number) => number) | null) {
  const foldGroups = groupOf === null ? null : set.entries.map((_, at) => groupOf(at))
  const { manifest } = await trainInProcess(set.job(preset, { backbone: null, ...overrides }, { foldGroups }))
  if (manifest === null) throw new Error('The run did not come to its end.')
  return manifest.foldEstimate
}

test('images of all splits are judged, the same each time, whether or not more is trained after it', async () => {
  const estimate = await estimateOf('quick', {}, (at) => at)
  if (estimate === null) throw new Error('There is no estimate.')
  expect(estimate).toMatchObject({ foldCount: 5, imageCount: 36 })
  const { correctCount, accuracy, accuracyInterval } = estimate
  // Bars and blobs are told apart even by what a random network sees.
  expect(accuracy).toBeGreaterThan(0.5)
  expect(accuracy).toBe(correctCount / 36)
  expect(accuracyInterval).toEqual(wilsonInterval(correctCount, 36))
  expect(await estimateOf('quick', {}, (at) => at)).toEqual(estimate)
  const tuned = await estimateOf('fine-tune', { epochs: 1, batchSize: 8 }, (at) => at)
  expect(tuned).toMatchObject({ foldCount: 5, imageCount: 36 })
})

test('copies are left out together: where each class is one group, nothing can be known of it', async () => {
  const estimate = await estimateOf('quick', {}, (at) => at % 2)
  // Each fold was fitted to the other class alone.
  expect(estimate?.correctCount).toBe(0)
})

test('none is made where nobody asks, and where a class is too rare to be in each fold', async () => {
  expect(await estimateOf('quick', {}, null)).toBeNull()
  const few = await createTrainingSet({ train: 6, validation: 2, test: 0 })
  try {
    const job = few.job('quick', { backbone: null }, { foldGroups: few.entries.map((_, at) => at) })
    expect((await trainInProcess(job)).manifest?.foldEstimate).toBeNull()
  } finally {
    await few.remove()
  }
})
