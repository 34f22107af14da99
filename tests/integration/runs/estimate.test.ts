import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { rejectionOf } from '../../support/app-errors.ts'
import { shortRecipe } from '../../support/test-core.ts'
import { useTestCore } from '../../support/use-test-core.ts'

const here = useTestCore()
/** How many images fit is a part of what is estimated. */
const recipe: RecipeOverrides = { ...shortRecipe, microBatchSize: null }

const estimate = (overrides: RecipeOverrides, signal?: AbortSignal) =>
  here.core.client.runs.estimate(
    { projectId: here.core.projectId, preset: 'from-scratch', overrides: { ...recipe, ...overrides } },
    signal === undefined ? {} : { signal },
  )

test('an estimate is measured once, remembered, and made better by a run', async () => {
  const first = await estimate({})
  expect(first).toMatchObject({ device: 'wasm', basis: 'measured', microBatchSize: 6 })
  expect(first.memoryBytes).toBeGreaterThan(50_000_000)
  const startMs = performance.now()
  const again = await estimate({})
  console.log(`remembered in ${Math.round(performance.now() - startMs)} ms`)
  expect(again).toEqual({ ...first, basis: 'remembered' })
  // The number of epochs is not part of what an image costs.
  const longer = await estimate({ epochs: 200 })
  expect(longer.basis).toBe('remembered')
  expect(longer.seconds).toBeGreaterThan(first.seconds)
  expect((await estimate({ inputSizePx: 48 })).basis).toBe('measured')

  const run = await here.core.start('from-scratch', { ...recipe, epochs: 6, checkpointSeconds: 60 })
  await here.core.follow(run.id)
  const { startedAtMs, endedAtMs } = await here.core.get(run.id)
  const learnt = await estimate({ epochs: 6, checkpointSeconds: 60 })
  expect(learnt).toMatchObject({ basis: 'remembered', memoryBytes: first.memoryBytes })
  const seconds = ((endedAtMs ?? 0) - (startedAtMs ?? 0)) / 1000
  console.log(`a run of ${seconds} s; after it ${learnt.seconds} s are estimated`)
  // What is left out are pauses, of which a tiny run has many.
  expect(learnt.seconds).toBeGreaterThan(seconds / 4)
  expect(learnt.seconds).toBeLessThan(seconds * 4)
})

test('nothing is measured while a run computes; what an earlier run has told is used', async () => {
  const earlier = await here.core.start('from-scratch', { ...recipe, inputSizePx: 40 })
  await here.core.follow(earlier.id)
  const run = await here.core.start('from-scratch', { ...recipe, epochs: 200 })
  await here.core.reach(run.id, 'running')
  expect(await estimate({ inputSizePx: 40 })).toMatchObject({
    device: 'wasm',
    basis: 'remembered',
    memoryBytes: null,
    microBatchSize: null,
  })
  expect((await rejectionOf(estimate({}))).code).toBe('conflict')
  await here.core.stop(run.id)
  await here.core.follow(run.id)
  expect((await estimate({ inputSizePx: 40 })).memoryBytes).toBeGreaterThan(0)
})

test('a run that begins ends a warm-up; one that nobody waits for ends too; both can be had again', async () => {
  const measured = estimate({ inputSizePx: 224, batchSize: 24 })
  const refused = rejectionOf(measured)
  const run = await here.core.start('from-scratch', { ...recipe, epochs: 200 })
  expect((await refused).code).toBe('conflict')
  await here.core.stop(run.id)
  await here.core.follow(run.id)

  const leave = new AbortController()
  const left = rejectionOf(estimate({ inputSizePx: 224, batchSize: 24 }, leave.signal))
  leave.abort()
  expect((await left).code).toBe('cancelled')
  expect((await estimate({})).basis).toBe('measured')
  expect((await estimate({})).basis).toBe('remembered')
})

test('what blocks a run blocks its estimate, but for a backbone that can still be downloaded', async () => {
  expect((await rejectionOf(estimate({ batchSize: 1 }))).code).toBe('bad-input')
  const { microBatchSize, seconds } = await estimate({ backbone: 'resnet18-imagenet' })
  expect(microBatchSize).toBe(6)
  expect(seconds).toBeGreaterThan(0)
  // A damaged memory costs a warm-up, nothing else.
  const store = join(here.set.folder, '.athanor', 'store')
  expect(readdirSync(store)).toContain('run-costs.json')
  writeFileSync(join(store, 'run-costs.json'), '{"costs": 3')
  expect((await estimate({})).basis).toBe('measured')
  expect(existsSync(join(store, `run-costs.json.${String(process.pid)}.part`))).toBe(false)
})
