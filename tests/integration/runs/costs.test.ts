import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { rowOf } from '../../../src/main/core/database/row-ids.ts'
import { insertDataset } from '../../../src/main/core/datasets/dataset-repository.ts'
import { cachedRatioOf } from '../../../src/main/core/runs/cached-ratio.ts'
import { learnFromRun } from '../../../src/main/core/runs/learn-from-run.ts'
import { recallCost, rememberCost, type RunCost } from '../../../src/main/core/runs/remembered-costs.ts'
import { appendEvents } from '../../../src/main/core/runs/run-events.ts'
import { getRun } from '../../../src/main/core/runs/run-repository.ts'
import { leastHeadSeconds } from '../../../src/main/core/runs/run-duration.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { readDecisiveVersions } from '../../../src/main/core/system/decisive-versions.ts'
import { RunId } from '../../../src/shared/domain/ids.ts'
import { presets, Recipe } from '../../../src/shared/domain/recipe.ts'
import type { RunPhase, TrainerEvent } from '../../../src/shared/domain/run.ts'
import { openModelProject } from '../../support/model-project.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const runId = RunId.parse('run-1')
const quick = Recipe.parse({ ...presets.quick, device: 'wasm' })
const fineTune = Recipe.parse({ ...presets['fine-tune'], device: 'wasm' })

const trainCount = 4

/** A project whose one run, which is done and has a model, had this recipe. */
async function openAfter(recipe: Recipe) {
  const versions = { athanor: '0.0.0', ...readDecisiveVersions() }
  const { project, entries } = await openModelProject({ manifest: { versions } })
  transaction(project.writer, (tx) => {
    const dataset = insertDataset(
      tx,
      {
        ...{
          createdAtMs: 2,
          seed: 1,
          classes: ['left', 'right'],
          hash: 'cd'.repeat(32),
          leaks: [],
          droppedLeakCount: 0,
        },
        countsByClass: [0, 1].map(() => ({ train: trainCount / 2, validation: 0, test: 0 })),
      },
      entries,
    )
    const sql =
      "UPDATE run SET recipe = ?, dataset_id = ?, device = 'wasm', model_id = 1, started_at_ms = 0, ended_at_ms = 9999"
    tx.prepare(sql).run(JSON.stringify(recipe), rowOf(dataset.id))
  })
  mkdirSync(project.layout.featuresFolder, { recursive: true })
  return project
}

test('only Quick leaves features behind, and only Quick finds them', async () => {
  const afterQuick = await openAfter(quick)
  const { datasetId } = getRun(afterQuick.reader, runId)
  expect(cachedRatioOf(afterQuick, quick, datasetId)).toBe(1)
  expect(
    cachedRatioOf(afterQuick, { ...fineTune, inputSizePx: quick.inputSizePx, resizePx: quick.resizePx }, datasetId),
  ).toBe(0)
  const sameSizes = { ...fineTune, inputSizePx: quick.inputSizePx, resizePx: quick.resizePx }
  const afterFineTune = await openAfter(sameSizes)
  expect(cachedRatioOf(afterFineTune, quick, datasetId)).toBe(0)
  expect(cachedRatioOf(afterFineTune, sameSizes, datasetId)).toBe(0)
})

const phase = (name: RunPhase): TrainerEvent => ({ kind: 'phase', phase: name })
const known: RunCost = {
  ...{ device: 'wasm', deviceName: 'a processor', trainSecondsPerImage: null, inferSecondsPerImage: 0.01 },
  ...{ memoryBytes: null, microBatchSize: null, openSeconds: null, headSecondsPerImage: null, epochRestSeconds: null },
}

test.each([1, 8])(
  'a run of Quick that found all features, with %i views, says what fitting costs and nothing of looking',
  async (views) => {
    const recipe = { ...quick, views }
    const project = await openAfter(recipe)
    const host = { ...createNodeHost(), storeFolder: temporaryFolder() }
    rememberCost(host, project.id, { recipe, trainCount, cost: known })
    transaction(project.writer, (tx) => {
      appendEvents(tx, runId, [
        { atMs: 0, event: phase('preparing') },
        { atMs: 1_000, event: phase('caching-features') },
        { atMs: 2_000, event: phase('fitting-head') },
        { atMs: 2_000 + 1000 * (leastHeadSeconds + 0.8), event: phase('evaluating') },
        {
          atMs: 4_000,
          event: {
            ...{ kind: 'step', phase: 'evaluating', done: 2, total: 2 },
            ...{ loss: null, imagesPerSecond: 5000, secondsLeft: 0, learningRate: null },
          } as const,
        },
      ])
    })
    learnFromRun(host, project, runId)
    const learnt = recallCost(host, project.id, { recipe, trainCount })
    expect(learnt?.inferSecondsPerImage).toBe(0.01)
    expect(learnt?.headSecondsPerImage).toBeCloseTo(0.8 / trainCount / views, 6)
  },
)
