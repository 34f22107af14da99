import { expect, test } from 'vitest'
import type { DeviceId } from '../../../src/shared/domain/device.ts'
import { devices } from '../../../src/trainer/devices/table.ts'
import { devicesOf, epochsOf, openFailingCore, warningsOf } from '../../support/failing-run.ts'

/** Where a run goes that was on wasm and may not stay there: to the fastest of the others. */
async function findNext(): Promise<DeviceId | null> {
  for (const device of devices) {
    const found = await device.probe()
    if (device.id !== 'wasm' && found.available && found.isSoftware !== true) return device.id
  }
  return null
}

const next = await findNext()
if (next === null) console.log('Not tested how a run moves to another device: there is none.')

test.runIf(next !== null)('a device that is lost is tried again, and then the run goes on with the next', async () => {
  const events = await (await openFailingCore()).run(['device-lost', 'device-lost'])
  expect(events.at(-1)).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
  expect(devicesOf(events)).toEqual(['wasm', 'wasm', next])
  const warnings = warningsOf(events)
  expect(warnings.filter(({ code }) => code === 'restarted')).toHaveLength(2)
  expect(warnings.filter(({ code }) => code === 'resumed')).toHaveLength(2)
  expect(warnings.filter(({ code }) => code === 'device-changed')).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/^wasm computes no longer/) as string }),
  ])
  expect(epochsOf(events).map(({ epoch }) => epoch)).toEqual([1, 2])
})

test('where memory does not suffice half as many images are taken at once', async () => {
  const events = await (await openFailingCore()).run(['out-of-memory'])
  expect(events.at(-1)).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
  expect(devicesOf(events)).toEqual(['wasm', 'wasm'])
  expect(warningsOf(events).filter(({ code }) => code === 'micro-batch')).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/takes 3 images at once/) as string }),
  ])
})
