import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TrainJob } from '../../../src/shared/contract/trainer.ts'
import { ModelId, RunId } from '../../../src/shared/domain/ids.ts'
import type { Evaluation } from '../../../src/shared/domain/metrics.ts'
import type { Preset, RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { evaluate } from '../../../src/trainer/evaluate.ts'
import { trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 16, validation: 6, test: 6 })
})
afterAll(() => set.remove())

function jobOf(number: number, preset: Preset, overrides: RecipeOverrides): TrainJob {
  const job = set.job(preset, { backbone: null, ...overrides })
  const [runId, modelId] = [RunId.parse(`run-${number}`), ModelId.parse(`model-${number}`)]
  return {
    ...{ ...job, runId, modelId },
    runFolder: job.runFolder.replace('run-1', runId),
    modelFolder: job.modelFolder.replace('model-1', modelId),
  }
}

/** What the saved model says of the test images by itself. */
async function evaluated({ modelFolder }: TrainJob): Promise<Evaluation> {
  const { folder: imageFolder, entries } = set
  const input = { modelFolder, device: 'wasm' as const, imageFolder, split: 'test' as const, entries: [...entries] }
  for await (const event of evaluate(input, { signal: new AbortController().signal })) {
    if (event.kind === 'finished') return event.evaluation
  }
  throw new Error('An evaluation ends with its figures.')
}

const lossOf = (evaluations: readonly Evaluation[] | undefined) =>
  evaluations?.find(({ split }) => split === 'test')?.loss ?? NaN

test.each([
  ['fine-tune', { epochs: 1, fitHeadFirst: false, batchSize: 8 }],
  ['quick', {}],
] as const)('a model of %s that sees both ways is judged, kept and used as such', async (preset, overrides) => {
  const [both, asIs] = [
    jobOf(1, preset, { ...overrides, seesMirrored: true }),
    jobOf(2, preset, { ...overrides, seesMirrored: false }),
  ]
  // The features of one way are there when those of both are asked for.
  const once = await trainInProcess(asIs)
  const twice = await trainInProcess(both)
  expect(twice.manifest?.preprocessing.seesMirrored).toBe(true)
  expect(once.manifest?.preprocessing).not.toHaveProperty('seesMirrored')
  // Learning looks once, so that the weights are the same and only the looks differ.
  expect(twice.manifest?.weightsSha256).toBe(once.manifest?.weightsSha256)
  expect(lossOf(twice.manifest?.evaluations)).not.toBe(lossOf(once.manifest?.evaluations))
  for (const [job, { manifest }] of [
    [both, twice],
    [asIs, once],
  ] as const) {
    expect((await evaluated(job)).loss).toBeCloseTo(lossOf(manifest?.evaluations), 5)
  }
  if (preset !== 'quick') return
  // From kept features, of which there are those of one way and those of both.
  const again = await trainInProcess(jobOf(3, preset, { ...overrides, seesMirrored: true }))
  expect(again.manifest?.evaluations).toEqual(twice.manifest?.evaluations)
  const kept = await readdir(both.featuresFolder, { recursive: true })
  expect(new Set(kept.filter((name) => name.endsWith('.features')).map((name) => name.split('/')[0])).size).toBe(2)
})
