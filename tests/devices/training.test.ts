import { createHash } from 'node:crypto'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test } from 'vitest'
import type { ActiveDevice, Device } from '../../src/trainer/devices/device.ts'
import {
  selfTestLabels,
  selfTestNetwork,
  selfTestPixels,
  selfTestSizePx,
} from '../../src/trainer/devices/self-test-network.ts'
import { createParameters, disposeParameters, readWeightMap } from '../../src/trainer/network/parameters.ts'
import { createLearner } from '../../src/trainer/steps/learner.ts'
import { presentDevices } from '../support/devices.ts'

const present = await presentDevices()
/** As long as is quick: onednn's threads would mostly wait for each other over so small a network, so there is one. */
function longRunOn(device: Device): { readonly steps: number; readonly threads: number | null } {
  return device.id === 'onednn' ? { steps: 1000, threads: 1 } : { steps: 200, threads: null }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** What tfjs counts, and what the onednn device has in native memory: for tensors, and kept for the next. */
interface Use extends tf.MemoryInfo {
  readonly inUseBytes?: number
  readonly keptBytes?: number
}

/** Trains the network of the self-test from a fixed start, calls back after each step and gives the bits of the result. */
async function trainedBits(stepCount: number, afterStep: (step: number) => void = () => {}): Promise<string> {
  const network = selfTestNetwork
  const parameters = createParameters(network, { weights: null, seed: 5 })
  const learner = createLearner({ network, parameters }, [1, 1, 1], {
    ...{ momentum: 0.9, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
    ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx: selfTestSizePx },
  })
  const pixels = selfTestPixels()
  for (let step = 0; step < stepCount; step++) {
    await learner.add({ pixels, classIndices: selfTestLabels })
    learner.update(1e-3)
    afterStep(step)
  }
  const hash = createHash('sha256')
  for (const { values } of (await readWeightMap(network, parameters)).values()) hash.update(values)
  learner.dispose()
  disposeParameters(parameters)
  return hash.digest('hex')
}

describe.each(present.map((device) => [device.id, device] as const))('training on %s', (_id, device) => {
  let active: ActiveDevice | null = null
  afterEach(async () => {
    await active?.dispose()
    active = null
  })

  const { steps, threads } = longRunOn(device)
  test(`memory stays flat over ${steps} steps`, async () => {
    active = await device.activate({ threads, precision: 'float32' })
    const counted: string[] = []
    // Without the part of V8's heap that lies in memory; it grows by what its garbage collector finds worth keeping.
    const outsideBytes: number[] = []
    const collectGarbage = garbageCollector()
    await trainedBits(steps, (step) => {
      // Left to itself it lets rubbish of hundreds of megabytes gather, and gives back what it counts later than it counts it.
      if (step % 20 === 0) collectGarbage()
      const { numTensors, numBytes, inUseBytes, keptBytes } = tf.memory() as Use
      counted.push(JSON.stringify({ numTensors, numBytes, inUseBytes, keptBytes }))
      outsideBytes.push(process.memoryUsage.rss() - getHeapStatistics().total_physical_size)
    })
    expect(new Set(counted.slice(1)).size, `${counted.at(1)} became ${counted.at(-1)}`).toBe(1)
    // The second half may move by what the garbage collector leaves lying, but not by what a leak of each step would add.
    const grown = (outsideBytes.at(-1) ?? 0) - (outsideBytes[steps / 2] ?? 0)
    expect(grown).toBeLessThan(24 * 1024 ** 2)
  })

  test.runIf(device.deterministic)('the same run gives the same bits, for one thread and for two', async () => {
    const runs: { readonly threads: number; readonly bits: string }[] = []
    for (const threads of [1, 2, 2, 1, 3]) {
      active = await device.activate({ threads, precision: 'float32' })
      expect(active.threads).toBe(threads)
      runs.push({ threads, bits: await trainedBits(5) })
      await active.dispose()
      active = null
    }
    // oneDNN splits its sums by the number of threads.
    const distinct = new Set(runs.map(({ threads, bits }) => (device.id === 'onednn' ? `${threads}: ${bits}` : bits)))
    expect(distinct.size).toBe(device.id === 'onednn' ? 3 : 1)
  })
})
