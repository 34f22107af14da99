import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RunEvent } from '../../../src/shared/domain/run.ts'
import { onednnDevice } from '../../../src/trainer/devices/onednn.ts'
import { openTestCore, shortRecipe } from '../../support/test-core.ts'
import { createTrainingSet } from '../../support/training-set.ts'

const onednn = await onednnDevice.probe()
if (!onednn.available) console.log(`Not tested how a run moves to another device: ${onednn.reason}`)

/** A run on wasm whose trainer fails with these codes, one after the other, each after a checkpoint. */
async function runThrough(codes: readonly string[]): Promise<RunEvent['event'][]> {
  const set = await createTrainingSet()
  onTestFinished(() => set.remove())
  const failures = join(set.folder, 'failures')
  writeFileSync(failures, codes.join('\n'))
  process.env['ATHANOR_TEST_FAILURES'] = failures
  const trainerFile = join(import.meta.dirname, '../../support/children/failing-trainer.ts')
  const core = await openTestCore(set.folder, { importFirst: true, trainerFile })
  onTestFinished(() => core.close())
  const run = await core.start('from-scratch', shortRecipe)
  return (await core.follow(run.id)).map(({ event }) => event)
}

const warningsOf = (events: readonly RunEvent['event'][]) =>
  events.flatMap((event) => (event.kind === 'warning' ? [event] : []))
const devicesOf = (events: readonly RunEvent['event'][]) =>
  events.flatMap((event) => (event.kind === 'device' ? [event.chosen] : []))

test.runIf(onednn.available)(
  'a device that is lost is tried again, and then the run goes on with the next',
  async () => {
    const events = await runThrough(['device-lost', 'device-lost'])
    expect(events.at(-1)).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
    expect(devicesOf(events)).toEqual(['wasm', 'wasm', 'onednn'])
    const warnings = warningsOf(events)
    expect(warnings.filter(({ code }) => code === 'restarted')).toHaveLength(2)
    expect(warnings.filter(({ code }) => code === 'resumed')).toHaveLength(2)
    const moved = warnings.filter(({ code }) => code === 'device-changed')
    expect(moved).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^wasm computes no longer/) as string }),
    ])
    expect(events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics.epoch] : []))).toEqual([1, 2])
  },
)

test('where memory does not suffice half as many images are taken at once', async () => {
  const events = await runThrough(['out-of-memory'])
  expect(events.at(-1)).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
  expect(devicesOf(events)).toEqual(['wasm', 'wasm'])
  const parts = warningsOf(events).filter(({ code }) => code === 'micro-batch')
  expect(parts).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/takes 3 images at once/) as string }),
  ])
})
