import { expect, test } from 'vitest'
import { minimise } from '../../../src/trainer/steps/minimise.ts'
import type { Evaluated, Minimum } from '../../../src/trainer/steps/minimise.ts'

async function run(
  evaluate: (point: Float64Array) => Evaluated,
  start: readonly number[],
): Promise<{ minimum: Minimum; values: number[] }> {
  const options = { maxIterations: 200, gradientTolerance: 1e-9, relativeDecreaseMin: 0 }
  const search = minimise((point) => Promise.resolve(evaluate(point)), Float64Array.from(start), options)
  const values: number[] = []
  for (;;) {
    const next = await search.next()
    if (next.done) return { minimum: next.value, values }
    values.push(next.value)
  }
}

test('finds the minimum of an ill-conditioned quadratic', async () => {
  const scales = [1, 10, 100, 1000, 10_000]
  const { minimum, values } = await run(
    (point) => ({
      value: scales.reduce((sum, scale, index) => sum + (scale / 2) * ((point[index] ?? 0) - index) ** 2, 0),
      gradient: Float64Array.from(scales, (scale, index) => scale * ((point[index] ?? 0) - index)),
    }),
    [5, 5, 5, 5, 5],
  )
  scales.forEach((_, index) => expect(minimum.point[index]).toBeCloseTo(index, 6))
  expect(minimum.iterations).toBeLessThan(60)
  for (const [index, value] of values.entries())
    if (index > 0) expect(value).toBeLessThanOrEqual(values[index - 1] ?? 0)
})

test('finds the minimum of a function that is no quadratic', async () => {
  const { minimum } = await run(
    (point) => {
      const [x = 0, y = 0] = point
      return {
        value: Math.log(Math.exp(x) + Math.exp(-x)) + Math.cosh(y - 1) + x * 0.5,
        gradient: Float64Array.from([Math.tanh(x) + 0.5, Math.sinh(y - 1)]),
      }
    },
    [4, -3],
  )
  expect(minimum.point[0]).toBeCloseTo(Math.atanh(-0.5), 6)
  expect(minimum.point[1]).toBeCloseTo(1, 6)
})

test('stays where it is when it starts at the minimum', async () => {
  const { minimum, values } = await run(
    (point) => ({ value: (point[0] ?? 0) ** 2, gradient: Float64Array.from([2 * (point[0] ?? 0)]) }),
    [0],
  )
  expect([...minimum.point]).toEqual([0])
  expect(values).toEqual([])
})
