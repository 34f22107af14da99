import { spawnSync } from 'node:child_process'
import { getHeapStatistics } from 'node:v8'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { onednnDevice } from '../../src/trainer/devices/onednn.ts'
import { draw, selfTestNetwork, selfTestSizePx } from '../../src/trainer/devices/self-test-network.ts'
import { createParameters, disposeParameters } from '../../src/trainer/network/parameters.ts'
import { createLearner } from '../../src/trainer/steps/learner.ts'
import { randomOf, shuffled } from '../../src/shared/random.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { startChild } from '../support/child.ts'

const found = await onednnDevice.probe()
if (!found.available) console.log(`Not tested on onednn: ${found.reason}`)

const canLimit = spawnSync('prlimit', ['--version']).status === 0
const limitAbsence = canLimit ? '' : ' (skipped: prlimit is not there)'

describe.runIf(found.available)('on onednn', () => {
  let active: ActiveDevice
  beforeEach(async () => {
    active = await onednnDevice.activate({ threads: 1, precision: 'float32' })
  })
  afterEach(() => active.dispose())

  test('more memory than there is is an error with its numbers, and the device goes on', async () => {
    let thrown: unknown = null
    try {
      tf.tidy(() => void tf.tile(tf.ones([1, 1, 1, 1]), [1, 2 ** 22, 2 ** 22, 1]))
    } catch (error) {
      thrown = error
    }
    if (!isAppError(thrown)) throw new Error('It was not refused.')
    expect(thrown.code).toBe('out-of-memory')
    expect(thrown.message).toContain(`could not get ${2 ** 26} MiB beside the 1 MiB`)
    const sum = tf.tidy(() => tf.sum(tf.relu(tf.ones([3]))))
    expect([...(await sum.data())]).toEqual([3])
    sum.dispose()
  })

  test('memory stays bounded when every batch has another size', async () => {
    const sizes = shuffled(
      Array.from({ length: 160 }, (_, index) => index + 2),
      randomOf(1),
    )
    const parameters = createParameters(selfTestNetwork, { weights: null, seed: 5 })
    const learner = createLearner({ network: selfTestNetwork, parameters }, [1, 1, 1], {
      ...{ momentum: 0, weightDecay: 0, headLearningRateMultiplier: 1, trainableFrom: 'stem' },
      ...{ lossReduction: 'mean', labelSmoothing: 0, inputSizePx: selfTestSizePx },
    })
    const outsideBytes: number[] = []
    for (const size of sizes) {
      const classIndices = Array.from({ length: size }, (_, image) => image % 3)
      await learner.add({ pixels: draw(size, size * selfTestSizePx ** 2 * 3, 1), classIndices })
      learner.update(1e-3)
      outsideBytes.push(process.memoryUsage.rss() - getHeapStatistics().total_physical_size)
    }
    learner.dispose()
    disposeParameters(parameters)
    // Were nothing given back, primitives and buffers for 80 more sizes would take 90 MiB.
    const grown = (outsideBytes.at(-1) ?? 0) - (outsideBytes[sizes.length / 2] ?? 0)
    expect(grown).toBeLessThan(48 * 1024 ** 2)
  })

  test.runIf(canLimit)(`a process that runs out of memory goes on${limitAbsence}`, async () => {
    const child = startChild('compute-short-of-memory', ['512'])
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' })
    const lines = child.lines().map((line) => JSON.parse(line) as { what: string; thrown: unknown; inUseBytes: number })
    const lack = (message: RegExp) => ({ code: 'out-of-memory', message: expect.stringMatching(message) as string })
    expect(lines).toMatchObject([
      { what: 'right', thrown: null },
      { what: 'more than any machine has', thrown: lack(/could not get 67108864 MiB beside the 1 MiB/) },
      { what: 'one more of 64 MiB', thrown: lack(/could not get 64 MiB beside the [1-9]\d\d MiB/) },
      { what: 'values for JavaScript', thrown: lack(/could not get 64 MiB beside the [1-9]\d\d MiB/) },
      { what: 'one more of 256 KiB', thrown: lack(/could not get 1 MiB beside the [1-9]\d\d MiB/) },
      { what: 'a primitive', thrown: lack(/beside the [1-9]\d\d MiB/) },
      { what: 'a vector of C++', thrown: lack(/found no memory left beside the [1-9]\d\d MiB/) },
      { what: 'right', thrown: null },
      { what: 'a primitive', thrown: null },
      { what: '64 MiB again', thrown: null },
    ])
    expect(lines.at(-1)?.inUseBytes).toBe(lines[0]?.inUseBytes)
  })
})
