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

test('copies are left out together, and count as one in how sure the figure is', async () => {
  const inPairs = await estimateOf('quick', {}, (at) => at - (at % 4 >= 2 ? 2 : 0))
  expect(inPairs).toMatchObject({ imageCount: 36 })
  const [low, high] = inPairs?.accuracyInterval ?? []
  expect([low, high]).toEqual(wilsonInterval((inPairs?.accuracy ?? 0) * 18, 18))
})

test('none is made where nobody asks, and where a class has too few different images to be in each fold', async () => {
  expect(await estimateOf('quick', {}, null)).toBeNull()
  // Of each class four groups.
  expect(await estimateOf('quick', {}, (at) => at % 8)).toBeNull()
})

test('a run that goes on after its output layer was fitted keeps what folds told', async () => {
  const foldGroups = set.entries.map((_, at) => at)
  const overrides = { backbone: null, epochs: 2, batchSize: 8, checkpointSeconds: 0 } as const
  const straight = await trainInProcess(set.job('fine-tune', overrides, { foldGroups }))
  const stopped = await trainInProcess(set.job('fine-tune', overrides, { foldGroups }), ({ kind }) =>
    kind === 'epoch' ? 'stop' : undefined,
  )
  expect(stopped.manifest).toBeNull()
  const { manifest } = await trainInProcess(set.job('fine-tune', overrides, { foldGroups, resume: true }))
  expect(manifest?.foldEstimate).not.toBeNull()
  expect(manifest?.foldEstimate).toEqual(straight.manifest?.foldEstimate)
})
