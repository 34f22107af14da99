import * as tf from '@tensorflow/tfjs-core'
import { expect, onTestFinished, test } from 'vitest'
import {
  selfTestLabels,
  selfTestNetwork,
  selfTestPixels,
  selfTestSizePx,
} from '../../src/trainer/devices/self-test-network.ts'
import { runSelfTest } from '../../src/trainer/devices/self-test.ts'
import { webgpuDevice } from '../../src/trainer/devices/webgpu.ts'
import { createParameters, readWeightMap } from '../../src/trainer/network/parameters.ts'
import { createLearner } from '../../src/trainer/steps/learner.ts'

const found = await webgpuDevice.probe()
if (!found.available) console.log(`Not tested on webgpu: ${found.reason}`)

const asLost = expect.objectContaining({ code: 'device-lost' }) as Error

async function openNetwork() {
  const active = await webgpuDevice.activate({ threads: null, precision: 'float32' })
  onTestFinished(() => active.dispose())
  const network = selfTestNetwork
  const parameters = createParameters(network, { weights: null, seed: 5 })
  const learner = createLearner({ network, parameters }, [1, 1, 1], {
    ...{ momentum: 0.9, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
    ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx: selfTestSizePx },
  })
  const step = async () => {
    await learner.add({ pixels: selfTestPixels(), classIndices: selfTestLabels })
    learner.update(1e-3)
  }
  const { device } = tf.backend() as unknown as { device: EventTarget & { destroy(): void } }
  return { step, readWeights: () => readWeightMap(network, parameters), device }
}

test.runIf(found.available)('a card that is lost gives no numbers any more, and can be had anew', async () => {
  const { step, readWeights, device } = await openNetwork()
  await step()
  device.destroy()
  await expect(readWeights()).rejects.toThrow(asLost)
  await expect(step()).rejects.toThrow(asLost)

  const again = await openNetwork()
  expect(await runSelfTest('float32')).toMatchObject({ passed: true })
  await again.step()
  expect((await again.readWeights()).size).toBeGreaterThan(0)
})

test.runIf(found.available)('a step during which the card is lost fails', async () => {
  const { step, device } = await openNetwork()
  await step()
  const running = step()
  device.destroy()
  await expect(running).rejects.toThrow(asLost)
})

test.runIf(found.available)('a card without memory left gives no numbers any more', async () => {
  const { step, readWeights, device } = await openNetwork()
  await step()
  const { GPUOutOfMemoryError, GPUUncapturedErrorEvent } = globalThis as unknown as DawnErrors
  const error = new GPUOutOfMemoryError('planted')
  device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }))
  await expect(readWeights()).rejects.toThrow(expect.objectContaining({ code: 'out-of-memory' }) as Error)
})

/** What Dawn puts among the globals, which Node's types do not have. */
interface DawnErrors {
  readonly GPUOutOfMemoryError: new (message: string) => Error
  readonly GPUUncapturedErrorEvent: new (kind: string, init: { readonly error: Error }) => Event
}
