import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ModelId, RunId } from '../../../src/shared/domain/ids.ts'
import type { RunEvent } from '../../../src/shared/domain/run.ts'
import { startChild } from '../../support/child.ts'
import { childrenOf, isAlive } from '../../support/processes.ts'
import { openTestCore, shortRecipe } from '../../support/test-core.ts'
import type { TestCore } from '../../support/test-core.ts'
import { createTrainingSet } from '../../support/training-set.ts'
import type { TrainingSet } from '../../support/training-set.ts'

const quick = { backbone: null, inputSizePx: 32, threads: 1, device: 'wasm' } as const

let set: TrainingSet
const open: TestCore[] = []

async function openCore(options?: { readonly importFirst: boolean }): Promise<TestCore> {
  const core = await openTestCore(set.folder, options)
  open.push(core)
  return core
}

beforeEach(async () => {
  set = await createTrainingSet()
})
afterEach(async () => {
  for (const core of open.splice(0)) await core.close()
  await set.remove()
})

const statesOf = (events: readonly RunEvent[]) =>
  events.flatMap(({ event }) => (event.kind === 'state' ? [event.state] : []))

describe('a run', () => {
  test('goes from labels to a model, and its events are replayed from any number', async () => {
    const { start, follow, get, client, projectId } = await openCore({ importFirst: true })
    const run = await start('quick', quick)
    expect(run).toMatchObject({ id: 'run-1', datasetId: 'dataset-1', recipe: { preset: 'quick', backbone: null } })
    const events = await follow(run.id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(statesOf(events)).toEqual(['running', 'done'])
    expect(events.at(-1)?.event).toEqual({ kind: 'finished', result: { outcome: 'done', modelId: 'model-1' } })
    for (const after of [0, 1, 5, events.length - 1, events.length]) {
      expect(await follow(run.id, after)).toEqual(events.slice(after))
    }
    const done = await get(run.id)
    expect(done).toMatchObject({ state: 'done', device: 'wasm', modelId: 'model-1' })
    const { evaluations } = await client.models.get({ projectId, modelId: ModelId.parse('model-1') })
    const tested = evaluations.find(({ split }) => split === 'test')
    expect([done.accuracy, done.judgedCount]).toEqual([tested?.accuracy, tested?.imageCount])
    // What only a resumed run needs is gone.
    expect(existsSync(join(set.folder, '.athanor/runs/run-1/checkpoint.safetensors'))).toBe(false)
  })

  test('is refused before anything is frozen when its recipe or its backbone is not there', async () => {
    const { start, client, projectId } = await openCore({ importFirst: true })
    await expect(start('fine-tune', { batchSize: 1 })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(start('fine-tune', { backbone: 'no-such-one' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/no-such-one.*backbone fetch.*backbone add.*--backbone none/) as string,
    })
    expect(await client.datasets.list({ projectId })).toEqual([])
    expect(await client.runs.list({ projectId })).toEqual([])
  })

  test('waits for the one before it, and can be stopped while it waits', async () => {
    const { start, stop, resume, get, follow, reach, client, projectId } = await openCore({ importFirst: true })
    const first = await start('from-scratch', { ...shortRecipe, epochs: 1000 })
    const second = await start('quick', quick)
    const third = await start('quick', quick)
    await reach(first.id, 'running')
    expect((await stop(second.id)).state).toBe('stopped')
    // Stopped, it is nobody's: it can wait once more, and be deleted, while the first one goes on.
    await resume(second.id)
    expect((await get(second.id)).state).toBe('queued')
    expect((await stop(second.id)).state).toBe('stopped')
    const fourth = await start('quick', quick)
    expect((await stop(fourth.id)).state).toBe('stopped')
    await client.runs.delete({ projectId, runId: fourth.id })
    expect((await get(first.id)).state).toBe('running')
    await stop(first.id)
    expect(statesOf(await follow(first.id))).toEqual(['running', 'stopping', 'stopped'])
    expect(statesOf(await follow(second.id))).toEqual(['stopped', 'queued', 'stopped'])
    expect(statesOf(await follow(third.id))).toEqual(['running', 'done'])
  })
})

describe('core dies with its run', () => {
  async function endOf(processes: readonly number[]): Promise<void> {
    for (let wait = 0; processes.some(isAlive) && wait < 200; wait += 1) await sleep(100)
    expect(processes.filter(isAlive)).toEqual([])
  }

  test('the trainer ends by itself, and the next core calls the run interrupted and resumes it', async () => {
    const program = startChild('start-run', [set.folder])
    while (program.lines().length === 0) await sleep(50)
    const trainers = childrenOf(program.process.pid ?? 0)
    expect(trainers.length).toBeGreaterThan(0)

    // A second core on the same project leaves the live run alone, follows it, and may not take it.
    const other = await openCore()
    const runId = RunId.parse(program.lines()[0])
    expect((await other.get(runId)).state).toBe('running')
    await expect(other.resume(runId)).rejects.toMatchObject({ code: 'conflict' })
    const following = other.follow(runId)

    program.process.kill('SIGKILL')
    await program.ended
    const events = await following
    expect(events.at(-1)?.event).toEqual({ kind: 'finished', result: { outcome: 'interrupted', resumable: true } })
    await endOf(trainers)

    await other.resume(runId)
    expect((await other.get(runId)).state).toBe('running')
    await other.stop(runId)
    expect(statesOf(await other.follow(runId)).slice(-3)).toEqual(['running', 'stopping', 'stopped'])
  })

  test('a run that was queued or running without a process is interrupted when the project opens', async () => {
    const program = startChild('start-run', [set.folder])
    while (program.lines().length === 0) await sleep(50)
    const trainers = childrenOf(program.process.pid ?? 0)
    program.process.kill('SIGKILL')
    await program.ended
    const { get } = await openCore()
    expect(await get(RunId.parse('run-1'))).toMatchObject({ state: 'interrupted', result: { resumable: true } })
    // They write into the folder until then.
    await endOf(trainers)
  })
})

describe('several programs on one project', () => {
  test('one stops the run of the other, which makes its checkpoint', async () => {
    const owner = await openCore({ importFirst: true })
    const run = await owner.start('from-scratch', { ...shortRecipe, epochs: 100 })
    const other = await openCore()
    await other.reach(run.id, 'checkpoint')
    expect((await other.stop(run.id)).state).toBe('stopping')
    expect((await other.follow(run.id)).at(-1)?.event).toEqual({
      kind: 'finished',
      result: { outcome: 'stopped', resumable: true },
    })
    expect(existsSync(join(set.folder, '.athanor/runs/run-1/checkpoint.safetensors'))).toBe(true)
  })
})

test('core that closes makes a checkpoint, and its run counts as interrupted', async () => {
  const { start, reach, close } = await openCore({ importFirst: true })
  const run = await start('from-scratch', { ...shortRecipe, epochs: 100 })
  await reach(run.id, 'epoch')
  await close()
  const { get } = await openCore()
  expect(await get(run.id)).toMatchObject({ state: 'interrupted', result: { resumable: true } })
})
