import { describe, expect, test } from 'vitest'
import { drawMix, mixPixels } from '../../../src/trainer/batches/mix-images.ts'
import { targetsOf } from '../../../src/trainer/steps/loss.ts'

describe('mixup', () => {
  test('draws a permutation and a share that is mostly the image itself, by its keys alone', () => {
    const mix = drawMix(8, 0.4, [1, 2])
    expect(mix).toEqual(drawMix(8, 0.4, [1, 2]))
    expect(mix).not.toEqual(drawMix(8, 0.4, [1, 3]))
    expect(mix?.partners.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const shares = Array.from({ length: 2000 }, (_, key) => drawMix(2, 0.2, [key])?.share ?? 0)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5)
    // E|x - 1/2| of Beta(0.2, 0.2), numerically 0.3935: most are near an end.
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.8935, 1)
  })

  test('is off at 0, and for an image alone', () => {
    expect(drawMix(8, 0, [1])).toBeNull()
    expect(drawMix(1, 1, [1])).toBeNull()
  })

  test('blends pixels and targets by the same share', () => {
    const mix = { partners: [1, 2, 0], share: 0.75 }
    const mixed = mixPixels(Float32Array.of(4, 8, 0, 16, -4, 0), mix)
    expect([...mixed]).toEqual([3, 10, -1, 12, -2, 2])
    const even = { classWeights: [1, 1], labelSmoothing: 0 }
    expect([...targetsOf([0, 1, 1], { ...even, mix })]).toEqual([0.75, 0.25, 0, 1, 0.25, 0.75])
    // Weights of classes and smoothing hold as ever, and each row's sum is that of its two labels.
    const weighted = [
      ...targetsOf([0, 1], { classWeights: [2, 1], labelSmoothing: 0.5, mix: { partners: [1, 0], share: 0.5 } }),
    ]
    expect(weighted).toEqual([1, 0.5, 1, 0.5])
  })
})
