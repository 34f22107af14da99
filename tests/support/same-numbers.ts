import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { normalOf, randomOf } from '../../src/shared/random.ts'
import { differenceOf, numbersOf, referenceOf, type Numbers } from './devices.ts'

/** Sums of float32 in another order. */
const tolerance = 2e-5

/** Normal numbers that the same shape and seed give on every device. */
export function drawn<R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> {
  const next = normalOf(randomOf(seed, ...[...shape]))
  return tf.tensor<R>(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, next), shape)
}

type Compute = () => tf.Tensor | readonly tf.Tensor[]

const remembered = new Map<string, Numbers[]>()

/**
 * Computes on the active device and on tfjs's plain backend, and gives the largest difference of the results, each relative
 * to its largest number. What the plain backend gave for a `key` is not computed again.
 */
export async function largestDifference(compute: Compute, key: string | null = null): Promise<number> {
  const actual = await numbersOf(compute)
  const expected = (key === null ? undefined : remembered.get(key)) ?? (await referenceOf(compute))
  if (key !== null) remembered.set(key, expected)
  expect(actual.length).toBe(expected.length)
  return actual.reduce((largest, numbers, index) => {
    const other = expected[index]
    return Math.max(largest, other === undefined ? Number.NaN : differenceOf(numbers, other))
  }, 0)
}

export async function expectSame(compute: Compute, key: string | null = null): Promise<void> {
  expect(await largestDifference(compute, key)).toBeLessThanOrEqual(tolerance)
}
