import { expect, test } from 'vitest'
import type { ProjectChange } from '../../../src/shared/contract/project.ts'
import { RunId } from '../../../src/shared/domain/ids.ts'
import { rejectionOf } from '../../support/app-errors.ts'
import { shortRecipe } from '../../support/test-core.ts'
import { useTestCore } from '../../support/use-test-core.ts'

const here = useTestCore()

test('a run keeps its note and star while it goes on, and those who watch the project are told', async () => {
  const { client, projectId } = here.core
  const { runs } = client
  const told: ProjectChange['what'][number][] = []
  const leave = new AbortController()
  const watching = (async () => {
    for await (const { what } of client.project.watch({ projectId }, { signal: leave.signal })) told.push(...what)
  })().catch(() => undefined)
  const { id: runId } = await here.core.start('quick', { ...shortRecipe, epochs: 0 })
  expect(await runs.annotate({ projectId, runId, isStarred: true })).toMatchObject({ isStarred: true, note: '' })
  expect(await runs.annotate({ projectId, runId, note: 'first try' })).toMatchObject({ isStarred: true })
  await here.core.follow(runId)
  expect(await here.core.get(runId)).toMatchObject({ state: 'done', note: 'first try', isStarred: true })
  expect(await runs.annotate({ projectId, runId, note: '' })).toMatchObject({ note: '', isStarred: true })
  const nobody = { projectId, runId: RunId.parse('run-9'), note: 'x' }
  expect((await rejectionOf(runs.annotate(nobody))).code).toBe('not-found')

  await runs.delete({ projectId, runId })
  expect(await runs.list({ projectId })).toEqual([])
  expect(await client.models.list({ projectId })).toEqual([])
  await expect.poll(() => [...new Set(told)].sort()).toEqual(expect.arrayContaining(['models', 'runs']))
  leave.abort()
  await watching
})

test('a paired run from scratch uses the same dataset and what it is told, after the first one', async () => {
  const { client, projectId } = here.core
  const first = await here.core.start('reference', { ...shortRecipe, epochs: 1 })
  const overrides = { ...shortRecipe, epochs: 1, schedule: 'cosine', batchSize: 12 } as const
  const second = await client.runs.start({ projectId, preset: 'from-scratch', datasetId: first.datasetId, overrides })
  expect(second.datasetId).toBe(first.datasetId)
  expect(second.recipe).toMatchObject({ preset: 'from-scratch', backbone: null, ...overrides })
  expect(await client.datasets.list({ projectId })).toHaveLength(1)
  await here.core.follow(second.id)
  const [one, two] = [await here.core.get(first.id), await here.core.get(second.id)]
  expect([one.state, two.state]).toEqual(['done', 'done'])
  expect(two.startedAtMs).toBeGreaterThanOrEqual(one.endedAtMs ?? Infinity)
})
