import { expect, test } from 'vitest'
import { webgpuDevice } from '../../src/trainer/devices/webgpu.ts'
import { devicesOf, epochsOf, openFailingCore, warningsOf } from '../support/failing-run.ts'

const found = await webgpuDevice.probe()
if (!found.available) console.log(`Not tested on webgpu: ${found.reason}`)

test.runIf(found.available)('a run whose graphics card goes away goes on from its checkpoint', async () => {
  const core = await openFailingCore()
  const events = await core.run(['destroy'], { device: 'webgpu', trainableFrom: 'layer4' })
  expect(events.at(-1)).toMatchObject({ kind: 'finished', result: { outcome: 'done' } })
  expect(devicesOf(events)).toEqual(['webgpu', 'webgpu'])
  expect(warningsOf(events).filter(({ code }) => code === 'restarted')).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(/^The graphics card (was lost|gives no answer)/) as string,
    }),
  ])
  expect(epochsOf(events).map(({ epoch }) => epoch)).toEqual([1, 2])
})
