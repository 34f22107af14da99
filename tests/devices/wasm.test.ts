import { join } from 'node:path'
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, expect, test } from 'vitest'
import { ensureKernelsBuilt, kernelsFolder } from '../../native/wasm/build.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { fusedKernels } from '../../src/trainer/devices/fused-kernels.ts'
import { runSelfTest } from '../../src/trainer/devices/self-test.ts'
import { startWasmBackend } from '../../src/trainer/devices/wasm/backend.ts'
import { runKernel } from '../support/devices.ts'

await ensureKernelsBuilt()

let dispose: () => Promise<void> = async () => {}
async function start(file = 'athanor-kernels.wasm'): Promise<void> {
  const backend = await startWasmBackend(2, join(kernelsFolder, file))
  dispose = () => backend.dispose()
  await tf.setBackend('wasm')
}
afterEach(() => dispose())

test('the kernels for engines without relaxed SIMD train the same network', async () => {
  await start('athanor-kernels-plain.wasm')
  expect((await runSelfTest('float32')).passed).toBe(true)
})

test('starting it leaves the process as it was', async () => {
  const listener = () => {}
  process.on('uncaughtException', listener)
  const before = [process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')]
  const hadWorker = 'Worker' in globalThis
  await start()
  expect([process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')]).toEqual(before)
  expect('Worker' in globalThis).toBe(hadWorker)
  process.off('uncaughtException', listener)
})

test('memory that runs out is an error with its code, and the device goes on', async () => {
  await start()
  const backend = tf.backend()
  if (!(backend instanceof BackendWasm)) throw new Error('This is not the wasm backend.')
  const held: tf.TensorInfo[] = []
  const fill = () => {
    // Untouched, so that the pages are never really taken from the machine.
    for (let gibibytes = 0; gibibytes < 8; gibibytes++) held.push(backend.makeOutput([2 ** 28], 'float32'))
  }
  let thrown: unknown = null
  try {
    fill()
  } catch (error) {
    thrown = error
  }
  expect(isAppError(thrown) && thrown.code).toBe('out-of-memory')
  for (const { dataId } of held) backend.disposeData(dataId)
  expect([...tf.tidy(() => tf.add(tf.ones([3]), 1)).dataSync()]).toEqual([2, 2, 2])
})

test('tensors above 2 GiB are computed with', async () => {
  await start()
  const backend = tf.backend()
  if (!(backend instanceof BackendWasm)) throw new Error('This is not the wasm backend.')
  const held = [0, 1, 2].map(() => backend.makeOutput([2 ** 28 - 1024], 'float32'))
  const x = tf.ones([2, 8, 8, 16])
  expect(backend.getMemoryOffset(x.dataId)).toBeGreaterThan(2 ** 31)
  const y = tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 16, 16]), 1, 'valid')
  expect(new Set(await y.data())).toEqual(new Set([144]))
  for (const { dataId } of held) backend.disposeData(dataId)
})

test('an update changes the parameter and its momentum in place and leaves clones alone', async () => {
  await start()
  const parameter = tf.variable(tf.tensor1d([1, 2, 3, 4, 5]))
  const momentumBuffer = tf.variable(tf.tensor1d([1, 0, 0, 0, -1]))
  const before = parameter.clone()
  const gradient = tf.tensor1d([0.5, 0.5, 0.5, 0.5, 0.5])
  runKernel(
    fusedKernels.sgdUpdate,
    { parameter, gradient, momentumBuffer },
    { learningRate: 0.5, gradientScale: 2, weightDecay: 0.25, momentum: 0.5 },
  )
  // d = 2 * 0.5 + 0.25 p + 0.5 v; p - 0.5 d
  expect([...(await momentumBuffer.data())]).toEqual([1.75, 1.5, 1.75, 2, 1.75])
  expect([...(await parameter.data())]).toEqual([0.125, 1.25, 2.125, 3, 4.125])
  expect([...(await before.data())]).toEqual([1, 2, 3, 4, 5])
})
