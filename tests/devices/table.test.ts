import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { DeviceReport } from '../../src/shared/domain/device.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { chooseDevice, devices, probeDevices } from '../../src/trainer/devices/table.ts'
import { webgpuDevice } from '../../src/trainer/devices/webgpu.ts'
import { presentDevices } from '../support/devices.ts'

const present = await presentDevices()
const webgpu = await webgpuDevice.probe()
const isSoftware = webgpu.available && webgpu.isSoftware === true
/** A card that is only a program comes last. */
const order = isSoftware
  ? ['cuda', 'onednn', 'tensorflow', 'wasm', 'webgpu']
  : ['cuda', 'webgpu', 'onednn', 'tensorflow', 'wasm']

test('the wasm device is always there', () => {
  expect(present.map(({ id }) => id)).toContain('wasm')
})

test('probing reports every device in order, with a reason for each that is not available, and leaves none active', async () => {
  for (let time = 0; time < 2; time++) {
    const reports = await probeDevices()
    expect(reports.map((report) => DeviceReport.parse(report).id)).toEqual(order)
    for (const { available, reason, selfTest } of reports) {
      if (available) expect(selfTest?.passed).toBe(true)
      else expect(reason).toMatch(/\.$/)
    }
  }
  expect(tf.memory().numTensors).toBe(0)
})

test('without a wish the first available device is chosen, and it computes', async () => {
  const { active, reports } = await chooseDevice(null, { threads: 2, precision: null })
  expect(active.id).toBe(order.find((id) => present.some((device) => device.id === id)))
  expect(reports.at(-1)?.available).toBe(true)
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([3, 5]), tf.ones([5, 7]))))
  expect([...(await sum.data())]).toEqual([105])
  sum.dispose()
  await active.dispose()
})

test('a device that is to be avoided is not taken, also where it was asked for', async () => {
  const wish = { threads: 1, precision: null, avoided: ['cuda', 'webgpu', 'onednn', 'tensorflow'] } as const
  const { active } = await chooseDevice('webgpu', wish)
  expect(active.id).toBe('wasm')
  await active.dispose()
})

test('a requested device that cannot be used is refused with reason and cure', async () => {
  const missing = devices.find(({ id }) => !present.some((device) => device.id === id))
  if (missing === undefined) throw new Error('Every device is present here, even the one that is not built.')
  const thrown: unknown = await chooseDevice(missing.id, { threads: null, precision: null }).catch(
    (error: unknown) => error,
  )
  if (!isAppError(thrown)) throw new Error('It was not refused.')
  expect(thrown.code).toBe('no-device')
  const found = await missing.probe()
  expect(thrown.message).toContain(found.reason)
  if (!found.available && found.cure !== null) expect(thrown.message).toContain(found.cure)
})
