import { describe, expect, test } from 'vitest'
import { fillNormal, normalOf, randomOf, shuffled } from '../../src/shared/random.ts'

function take(count: number, next: () => number): number[] {
  return Array.from({ length: count }, next)
}

describe('randomOf', () => {
  test('the same keys give the same stream and any other key another', () => {
    const first = take(8, randomOf(7, 1, 42))
    expect(take(8, randomOf(7, 1, 42))).toEqual(first)
    for (const keys of [
      [7, 1, 43],
      [7, 2, 42],
      [8, 1, 42],
      [7, 42, 1],
      [7, 1],
      [7, 1, 42 + 2 ** 32],
    ]) {
      expect(take(8, randomOf(...keys))).not.toEqual(first)
    }
  })

  test('is even, also over the first numbers of neighbouring keys', () => {
    for (const numbers of [
      take(100_000, randomOf(1)),
      Array.from({ length: 100_000 }, (_, key) => randomOf(3, key)()),
    ]) {
      const counts = new Array<number>(10).fill(0)
      for (const number of numbers) counts[Math.floor(number * 10)] = (counts[Math.floor(number * 10)] ?? 0) + 1
      // 99.99 % of fair samples lie within 400 of 10,000.
      for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
    }
  })
})

test('shuffled keeps every item, leaves its input and reaches every order', () => {
  const items = [1, 2, 3] as const
  const orders = new Set(Array.from({ length: 200 }, (_, key) => shuffled(items, randomOf(key)).join('')))
  expect([...orders].sort()).toEqual(['123', '132', '213', '231', '312', '321'])
  expect(items).toEqual([1, 2, 3])
})

test('normal numbers have mean 0 and deviation 1, one by one or many at once, also where their count is odd', () => {
  const many = new Float32Array(100_001)
  fillNormal(many, { random: randomOf(5), deviation: 1 })
  for (const numbers of [take(100_000, normalOf(randomOf(5))), [...many]]) {
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
    const besideIt = numbers.slice(1).reduce((sum, number, index) => sum + number * (numbers[index] ?? 0), 0)
    expect(Math.abs(besideIt / numbers.length)).toBeLessThan(0.02)
  }
})
