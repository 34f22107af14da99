import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test } from 'vitest'
import type { Precision } from '../../src/shared/domain/device.ts'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { registerGradients } from '../../src/trainer/devices/gradients.ts'
import { webgpuDevice } from '../../src/trainer/devices/webgpu.ts'
import type { CardUse, GpuBackend } from '../../src/trainer/devices/webgpu/gpu-program.ts'
import { convolved, paddingOf, type ConvolutionShapes } from '../support/convolutions.ts'
import { numbersOf, referenceOf, type Numbers } from '../support/devices.ts'
import { drawn, expectSameSums } from '../support/same-numbers.ts'

registerGradients()
const found = await webgpuDevice.probe()
if (!found.available) console.log(`Not tested on webgpu: ${found.reason}`)
const precisions: readonly Precision[] = found.available ? (found.precisionsOnWish ?? []) : []
if (found.available && !precisions.includes('float16'))
  console.log('Not tested in float16: this card does not have it.')

let active: ActiveDevice | null = null
afterEach(async () => {
  await active?.dispose()
  active = null
})

/** Computes from now on as on another kind of card. */
async function activate(precision: Precision, changes: Partial<CardUse> = {}): Promise<void> {
  active = await webgpuDevice.activate({ threads: null, precision })
  const backend = tf.backend() as unknown as GpuBackend
  Reflect.set(backend, 'use', { ...backend.use, ...changes })
}

/** One that goes by tiles of 64 rows and one that goes by tiles of 16. */
const sizes: [string, ConvolutionShapes][] = [
  ['many', { side: 8, inputs: 12, outputs: 20 }] as const,
  ['few', { side: 3, inputs: 5, outputs: 66 }] as const,
].map(([rows, { side, inputs, outputs }]) => [
  rows,
  {
    inputShape: [2, side, side, inputs],
    filterShape: [3, 3, inputs, outputs],
    strides: [1, 1],
    pad: paddingOf(1, 1, 1, 1),
  },
])

describe.runIf(found.available)('as a card shares a product out, not as software does', () => {
  test.each(sizes)('over %s rows', async (_rows, shapes) => {
    await activate('float32', { isSoftware: false })
    await expectSameSums((drawn) => convolved(drawn, shapes))
  })
})

describe.runIf(precisions.includes('float16'))('in float16', () => {
  /** Of the whole results, in the Euclidean norm. */
  function errorsOf(actual: readonly Numbers[], expected: readonly Numbers[]): number[] {
    return expected.map(({ values }, index) => {
      const difference = values.map((value, at) => (actual[index]?.values[at] ?? Number.NaN) - value)
      return Math.hypot(...difference) / Math.hypot(...values)
    })
  }

  const kinds = sizes.flatMap(([rows, shapes]) =>
    [true, false].map((isSoftware) => [rows, isSoftware ? 'software' : 'a card', shapes, { isSoftware }] as const),
  )
  test.each(kinds)('over %s rows on %s products keep three digits', async (_rows, _kind, shapes, changes) => {
    await activate('float16', changes)
    const compute = () => convolved(drawn, shapes)
    const errors = errorsOf(await numbersOf(compute), await referenceOf(compute))
    expect(Math.max(...errors)).toBeLessThan(2e-3)
    expect(Math.min(...errors)).toBeGreaterThan(1e-5)
  })

  test('gradients that halves would lose keep them too', async () => {
    const [, shapes] = sizes[0] as (typeof sizes)[number]
    await activate('float16')
    const tiny: typeof drawn = (shape, seed) => (seed === 3 ? tf.mul(drawn(shape, seed), 1e-6) : drawn(shape, seed))
    const compute = () => convolved(tiny, shapes).slice(1)
    const errors = errorsOf(await numbersOf(compute), await referenceOf(compute))
    expect(Math.max(...errors)).toBeLessThan(2e-3)
  })

  test('nobody gets it who does not ask', async () => {
    expect(found).toMatchObject({ precisions: ['float32'] })
  })

  test('what is not a number stays that', async () => {
    await activate('float16')
    const [sum] = await numbersOf(() => {
      const x = tf.tensor4d([Number.NaN, 1, 2, 3], [1, 2, 2, 1])
      return tf.sum(tf.conv2d(x, tf.ones<tf.Rank.R4>([1, 1, 1, 1]), 1, 'same'))
    })
    expect([...(sum?.values ?? [])]).toEqual([Number.NaN])
  })
})
