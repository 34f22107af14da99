import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import type { Run, RunEvent } from '../../src/shared/domain/run.ts'
import { openTestCore, shortRecipe } from './test-core.ts'
import { createTrainingSet } from './training-set.ts'

type Event = RunEvent['event']

export interface FailingCore {
  /**
   * A short run from random weights, on the images of the one before where there is one, whose trainer fails in these ways,
   * one after the other, each after a checkpoint; see children/failing-trainer.ts.
   */
  run(failures: readonly string[], overrides?: RecipeOverrides): Promise<Event[]>
}

/** Closed when the test has ended. */
export async function openFailingCore(): Promise<FailingCore> {
  const set = await createTrainingSet()
  onTestFinished(() => set.remove())
  const file = join(set.folder, 'failures')
  process.env['ATHANOR_TEST_FAILURES'] = file
  const trainerFile = join(import.meta.dirname, 'thin/failing-trainer.ts')
  const core = await openTestCore(set.folder, { importFirst: true, trainerFile })
  onTestFinished(() => core.close())
  let dataset: Pick<Run, 'datasetId'> | undefined
  return {
    run: async (failures, overrides = {}) => {
      writeFileSync(file, failures.join('\n'))
      const { projectId } = core
      const recipe = { ...shortRecipe, ...overrides }
      const run = await core.client.runs.start({ projectId, preset: 'from-scratch', overrides: recipe, ...dataset })
      dataset = { datasetId: run.datasetId }
      return (await core.follow(run.id)).map(({ event }) => event)
    },
  }
}

export const warningsOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === 'warning' ? [event] : []))

export const devicesOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === 'device' ? [event.chosen] : []))

export const epochsOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics] : []))
