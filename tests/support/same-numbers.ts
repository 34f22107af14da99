import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { normalOf, randomOf } from '../../src/shared/random.ts'
import { differenceOf, numbersOf, referenceOf, type Numbers } from './devices.ts'

/** Sums of float32 in another order: relative to the largest result. */
const tolerance = 2e-5

/** The same relative to what the terms of the largest sum would give if none had a sign. */
const termsTolerance = 2e-6

/** Normal numbers that the same shape and seed give on every device. */
export function drawn<R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> {
  const next = normalOf(randomOf(seed, ...[...shape]))
  return tf.tensor<R>(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, next), shape)
}

export type Drawn = typeof drawn
type Compute = () => tf.Tensor | readonly tf.Tensor[]

const remembered = new Map<string, Numbers[]>()

async function referenceFor(compute: Compute, key: string | null): Promise<Numbers[]> {
  const expected = (key === null ? undefined : remembered.get(key)) ?? (await referenceOf(compute))
  if (key !== null) remembered.set(key, expected)
  return expected
}

/**
 * Computes on the active device and on tfjs's plain backend, and gives the largest difference of the results, each relative
 * to its largest number. What the plain backend gave for a `key` is not computed again.
 */
export async function largestDifference(compute: Compute, key: string | null = null): Promise<number> {
  const actual = await numbersOf(compute)
  const expected = await referenceFor(compute, key)
  expect(actual.length).toBe(expected.length)
  return actual.reduce((largest, numbers, index) => {
    const other = expected[index]
    return Math.max(largest, other === undefined ? Number.NaN : differenceOf(numbers, other))
  }, 0)
}

export async function expectSame(compute: Compute, key: string | null = null): Promise<void> {
  expect(await largestDifference(compute, key)).toBeLessThanOrEqual(tolerance)
}

/**
 * The same for sums of products of what is `drawn`. Terms that cancel leave the rounding of the terms behind, however small
 * their sum is (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), so that their size is what counts.
 */
export async function expectSameSums(
  compute: (given: Drawn) => readonly tf.Tensor[],
  key: string | null = null,
): Promise<void> {
  const actual = await numbersOf(() => compute(drawn))
  const [expected, terms] = await sumsOf(compute, key)
  expect(actual.length).toBe(expected.length)
  actual.forEach((numbers, index) => {
    expect(differenceOf(numbers, expected[index] as Numbers, terms[index])).toBeLessThanOrEqual(termsTolerance)
  })
}

/** What the plain backend gives for the numbers, and for them without their signs. */
async function sumsOf(
  compute: (given: Drawn) => readonly tf.Tensor[],
  key: string | null,
): Promise<[Numbers[], Numbers[]]> {
  const unsigned: Drawn = (shape, seed) => tf.abs(drawn(shape, seed))
  return [
    await referenceFor(() => compute(drawn), key),
    await referenceFor(() => compute(unsigned), key && `${key} terms`),
  ]
}
