import { beforeEach, expect, test, vi } from 'vitest'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import type { Studio } from '../../../src/renderer/studio.svelte.ts'
import { PlanState } from '../../../src/renderer/tune/plan-state.svelte.ts'

/** A studio whose core says how a run is fitted to a time when the test lets it. */
function openPlan() {
  const answer = Promise.withResolvers<{ overrides: RecipeOverrides }>()
  const studio = {
    ...{ projectId: 'project-1', signal: new AbortController().signal },
    api: { runs: { budget: () => answer.promise } },
    notices: { attempt: <T>(act: () => Promise<T>) => act() },
  } as unknown as Studio
  return { plan: new PlanState(studio), answer: (overrides: RecipeOverrides) => answer.resolve({ overrides }) }
}

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
})

test('a time decides passes, depth and size, and leaves the rest', async () => {
  const { plan, answer } = openPlan()
  plan.set('seed', 7)
  const fitted = plan.fitTo(5)
  expect(plan.isFitting).toBe(true)
  answer({ epochs: 4, inputSizePx: 128 })
  await fitted
  expect([plan.minutes, plan.overrides, plan.isFitting]).toEqual([5, { seed: 7, epochs: 4, inputSizePx: 128 }, false])
})

test.each<[string, (plan: PlanState) => void, string, RecipeOverrides]>([
  ['another preset', (plan) => plan.choose('reference'), 'reference', {}],
  ['another setting', (plan) => plan.set('seed', 8), 'fine-tune', { seed: 8 }],
])('%s, chosen while the time is looked into, stays as it was chosen', async (_, choose, preset, overrides) => {
  const { plan, answer } = openPlan()
  const fitted = plan.fitTo(5)
  choose(plan)
  answer({ epochs: 4, inputSizePx: 128 })
  await fitted
  expect([plan.preset, plan.overrides, plan.minutes]).toEqual([preset, overrides, null])
})
