import { appendFile, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { TrainJob } from '../../../src/shared/contract/trainer.ts'
import { ModelId, RunId } from '../../../src/shared/domain/ids.ts'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 16, validation: 6, test: 6 })
})
afterAll(() => set.remove())

/** Another run of the same recipe on the same dataset. */
function jobOf(number: number, overrides: RecipeOverrides = {}, of: TrainingSet = set): TrainJob {
  const job = of.job('quick', { backbone: null, ...overrides })
  const [runId, modelId] = [RunId.parse(`run-${number}`), ModelId.parse(`model-${number}`)]
  const at = (folder: string, name: string) => join(folder, '..', name)
  return { ...job, runId, modelId, runFolder: at(job.runFolder, runId), modelFolder: at(job.modelFolder, modelId) }
}

const featureFiles = async (job: TrainJob) =>
  (await readdir(job.featuresFolder, { recursive: true })).filter((name) => name.endsWith('.features'))

const pathsOf = (split: string) => set.entries.filter((entry) => entry.split === split).map(({ path }) => path)

test('Quick computes each image once: another one decodes none, and comes to the same figures', async () => {
  const first = await trainInProcess(jobOf(1))
  expect(first.manifest?.evaluations.map(({ imageCount }) => imageCount)).toEqual([6, 6])
  const files = await featureFiles(jobOf(1))
  expect(files.length).toBeGreaterThan(0)
  for (const path of pathsOf('train')) await rm(join(set.folder, path))
  const second = await trainInProcess(jobOf(2))
  expect(second.manifest?.evaluations).toEqual(first.manifest?.evaluations)
  expect(second.manifest?.weightsSha256).toBe(first.manifest?.weightsSha256)
  expect(await featureFiles(jobOf(2))).toEqual(files)
  expect(second.events.filter(({ kind }) => kind === 'warning')).toEqual([])
})

test('what is cached of an image that is gone or has changed does not count in an evaluation', async () => {
  const [gone = '', changed = ''] = pathsOf('test')
  await rm(join(set.folder, gone))
  await appendFile(join(set.folder, changed), 'more')
  const { manifest, events } = await trainInProcess(jobOf(3, { missingRatioMax: 0.2 }))
  const judged = manifest?.evaluations.find(({ split }) => split === 'test')
  expect(judged?.imageCount).toBe(4)
  expect(judged?.missing.map(({ path }) => path).toSorted()).toEqual([gone, changed].toSorted())
  expect(judged?.outcomes.some(({ path }) => path === gone || path === changed)).toBe(false)
  const codes = events.flatMap((event) => (event.kind === 'warning' ? [event.code] : []))
  expect(codes.toSorted()).toEqual(['images-changed', 'images-missing'])
})

test('each view is computed once, and those of fewer views serve more of them', async () => {
  const other = await createTrainingSet({ train: 12, validation: 4, test: 4 })
  onTestFinished(() => other.remove())
  const run = async (number: number, views: number) => {
    const job = jobOf(number, { views }, other)
    const { manifest } = await trainInProcess(job)
    const folders = new Set((await featureFiles(job)).map((name) => dirname(name)))
    return { weights: manifest?.weightsSha256, viewCount: folders.size }
  }
  const two = await run(1, 2)
  const four = await run(2, 4)
  const again = await run(3, 4)
  expect([two.viewCount, four.viewCount, again.viewCount]).toEqual([2, 4, 4])
  expect(again.weights).toBe(four.weights)
  expect(four.weights).not.toBe(two.weights)
})
