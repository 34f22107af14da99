import { describe, expect, test } from 'vitest'
import { packFingerprints } from '../../src/main/core/datasets/fingerprint.ts'
import { findNearPairs } from '../../src/main/core/datasets/near-pairs.ts'
import { type Random, randomOf } from '../../src/shared/random.ts'

function hexOf(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}

function flip(hex: string, bits: number, random: Random): string {
  let value = BigInt(`0x${hex}`)
  const all = Array.from({ length: hex.length * 4 }, (_, bit) => bit)
  for (let flipped = 0; flipped < bits; flipped += 1) {
    const [bit] = all.splice(Math.floor(random() * all.length), 1)
    value ^= 1n << BigInt(bit ?? 0)
  }
  return value.toString(16).padStart(hex.length, '0')
}

/** Strangers, and for some of them a copy in which so many bits differ. */
function planted(count: number, differences: readonly (readonly [coarse: number, fine: number])[]) {
  const random = randomOf(11)
  const strangers = Array.from({ length: count }, () => {
    return { perceptualHash: hexOf(random, 16), detailHash: hexOf(random, 64) }
  })
  const copies = differences.flatMap(([coarse, fine], at) => {
    const original = strangers[at]
    if (original === undefined) return []
    return [
      {
        perceptualHash: flip(original.perceptualHash, coarse, random),
        detailHash: flip(original.detailHash, fine, random),
      },
    ]
  })
  return [...strangers, ...copies]
}

describe('pictures that show the same', () => {
  test.each([0, 1, 3, 4, 7, 8, 12, 16])('are found up to %i bits, by the index and by comparing all', (limit) => {
    const differences = Array.from({ length: 20 }, (_, bits) => [bits, bits * 4] as const)
    const expected = differences.filter(([bits]) => bits <= limit).map(([bits], at) => [at, bits])
    for (const count of [60, 2_000]) {
      const prints = packFingerprints(planted(count, differences))
      const found = findNearPairs(prints, limit)
      expect(found.map(({ a, b, distanceBits }) => [a, distanceBits, b - count])).toEqual(
        expected.map(([at, bits]) => [at, bits, at]),
      )
    }
  })

  test('a coarse likeness alone is not enough', () => {
    expect(findNearPairs(packFingerprints(planted(10, [[2, 21]])), 4)).toEqual([])
    expect(findNearPairs(packFingerprints(planted(10, [[2, 15]])), 4)).toHaveLength(1)
  })

  test('blank pictures, and drawings of a few lines, do not all become one', () => {
    const blank = { perceptualHash: '0'.repeat(16), detailHash: '0'.repeat(64) }
    const negative = { perceptualHash: 'f'.repeat(16), detailHash: 'f'.repeat(64) }
    expect(findNearPairs(packFingerprints([blank, blank, negative, negative]), 16)).toEqual([])
    const random = randomOf(3)
    const drawings = Array.from({ length: 300 }, () => ({
      perceptualHash: flip('0'.repeat(16), 2, random),
      detailHash: flip('0'.repeat(64), 14, random),
    }))
    expect(findNearPairs(packFingerprints(drawings), 4)).toEqual([])
  })

  test('are found among thousands many times faster than by comparing all, also where a quarter look alike', () => {
    const random = randomOf(5)
    const strangers = planted(5_000, [])
    const alike = strangers.map((print, at) => {
      return at % 4 === 0 ? { ...print, perceptualHash: flip('0f'.repeat(8), 3, random) } : print
    })
    const secondsOf = (list: typeof strangers, limit: number) => {
      const prints = packFingerprints(list)
      const startedAtMs = performance.now()
      expect(findNearPairs(prints, limit)).toEqual([])
      return (performance.now() - startedAtMs) / 1000
    }
    // So many bits are more work for the index than comparing all.
    const comparingAll = secondsOf(strangers, 16)
    expect(secondsOf(strangers, 4)).toBeLessThan(comparingAll / 2)
    expect(secondsOf(alike, 4)).toBeLessThan(comparingAll * 3)
  })
})
