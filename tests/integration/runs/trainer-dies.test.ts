import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../../src/shared/domain/run.ts'
import { childrenOf } from '../../support/processes.ts'
import { shortRecipe } from '../../support/test-core.ts'
import { useTestCore } from '../../support/use-test-core.ts'

/** Runs eight times as fast as that of the machine: nobody has to wait for half a minute of silence. */
const startMs = Date.now()
const here = useTestCore({ now: () => startMs + 8 * (Date.now() - startMs) })

const weightsOf = (model: string) =>
  createHash('sha256')
    .update(readFileSync(join(here.set.folder, '.athanor/models', model, 'weights.safetensors')))
    .digest('hex')

const warningsOf = (events: readonly RunEvent[], code: string) =>
  events.flatMap(({ event }) => (event.kind === 'warning' && event.code === code ? [event.message] : []))

const metricsOf = (events: readonly RunEvent[]) =>
  events.flatMap(({ event }) =>
    event.kind === 'epoch' ? [{ ...event.metrics, durationMs: 0, imagesPerSecond: 0 }] : [],
  )

function signalTrainer(signal: NodeJS.Signals): void {
  for (const child of childrenOf(process.pid)) process.kill(child, signal)
}

test('a trainer that is killed is restarted by itself, and ends with the same bits', async () => {
  // Long enough to be killed before its end.
  const recipe = { ...shortRecipe, epochs: 8 }
  const whole = await here.core.start('from-scratch', recipe)
  const undisturbed = await here.core.follow(whole.id)
  const { datasetId } = whole

  const run = await here.core.client.runs.start({
    projectId: here.core.projectId,
    preset: 'from-scratch',
    overrides: recipe,
    datasetId,
  })
  await here.core.reach(run.id, 'checkpoint')
  signalTrainer('SIGKILL')
  const events = await here.core.follow(run.id)
  expect(events.at(-1)?.event).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
  expect(warningsOf(events, 'restarted')).toEqual([
    expect.stringMatching(/SIGKILL.*last checkpoint if it has one \(1 of 3\)/),
  ])
  expect(warningsOf(events, 'resumed')).toHaveLength(1)
  expect(metricsOf(events)).toEqual(metricsOf(undisturbed))
  expect(weightsOf('model-2')).toBe(weightsOf('model-1'))
})

test('a trainer that dies again and again has failed with the cause named, and goes on when it is resumed', async () => {
  const run = await here.core.start('from-scratch', { ...shortRecipe, epochs: 30 })
  let killCount = 0
  const events: RunEvent[] = []
  for await (const event of here.core.watch(run.id)) {
    events.push(event)
    const isNew = event.event.kind === 'checkpoint' && warningsOf(events, 'restarted').length === killCount
    if (!isNew) continue
    killCount += 1
    signalTrainer('SIGKILL')
  }
  expect(killCount).toBe(4)
  expect(warningsOf(events, 'restarted')).toHaveLength(3)
  expect(events.at(-1)?.event).toMatchObject({
    result: {
      outcome: 'failed',
      code: 'process-died',
      message: expect.stringMatching(/SIGKILL.*after 3 restarts/) as string,
      resumable: true,
    },
  })
  await here.core.resume(run.id)
  await here.core.stop(run.id)
  await here.core.follow(run.id)
  expect((await here.core.get(run.id)).state).toBe('stopped')
})

test('a trainer that hangs for long is told of and left alone until someone stops it', async () => {
  const run = await here.core.start('from-scratch', { ...shortRecipe, epochs: 200 })
  await here.core.reach(run.id, 'epoch')
  signalTrainer('SIGSTOP')
  for await (const { event } of here.core.watch(run.id)) {
    if (event.kind === 'warning' && event.code === 'trainer-silent') break
  }
  expect((await here.core.get(run.id)).state).toBe('running')
  expect(childrenOf(process.pid)).toHaveLength(1)
  // It cannot hear that it should stop.
  await here.core.stop(run.id)
  expect((await here.core.follow(run.id)).at(-1)?.event).toEqual({
    kind: 'finished',
    result: { outcome: 'stopped', resumable: true },
  })
  expect(childrenOf(process.pid)).toEqual([])
})
