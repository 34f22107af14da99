import { describe, expect, test } from 'vitest'
import { DatasetEntry } from '../../../src/shared/domain/dataset.ts'
import { batchesOf, limitEntries, microBatchesOf, sampleOrder } from '../../../src/trainer/batches/sample-order.ts'

function entriesOf(counts: readonly number[]): DatasetEntry[] {
  const labels = counts.flatMap((count, classIndex) => new Array<number>(count).fill(classIndex))
  return labels.map((classIndex, index) =>
    DatasetEntry.parse({
      imageId: index + 1,
      path: `${index}.png`,
      contentHash: index.toString(16).padStart(64, '0'),
      classIndex,
      split: 'train',
    }),
  )
}

describe('sampleOrder', () => {
  const entries = entriesOf([20, 20])

  test('depends on the seed and the epoch alone', () => {
    const first = sampleOrder(entries, { seed: 1, epoch: 1 })
    expect(sampleOrder(entries, { seed: 1, epoch: 1 })).toEqual(first)
    expect(sampleOrder(entries, { seed: 1, epoch: 2 })).not.toEqual(first)
    expect(sampleOrder(entries, { seed: 2, epoch: 1 })).not.toEqual(first)
  })

  test('shows every image once', () => {
    const ids = sampleOrder(entries, { seed: 3, epoch: 4 }).map(({ imageId }) => imageId)
    expect(ids.toSorted((a, b) => a - b)).toEqual(entries.map(({ imageId }) => imageId))
  })
})

describe('limitEntries', () => {
  test('keeps all where there are fewer', () => {
    expect(limitEntries(entriesOf([3, 2]), 9, 0)).toHaveLength(5)
    expect(limitEntries(entriesOf([3, 2]), null, 0)).toHaveLength(5)
  })

  test('keeps the share of each class as nearly as whole images allow', () => {
    const counts = (limit: number) => {
      const kept = limitEntries(entriesOf([60, 30, 10]), limit, 7)
      return [0, 1, 2].map((index) => kept.filter(({ classIndex }) => classIndex === index).length)
    }
    expect(counts(10)).toEqual([6, 3, 1])
    expect(counts(20)).toEqual([12, 6, 2])
    expect(counts(3)).toEqual([2, 1, 0])
  })

  test('a larger limit keeps what a smaller one kept, and another seed draws others', () => {
    const ids = (limit: number, seed: number) =>
      limitEntries(entriesOf([40, 40]), limit, seed).map(({ imageId }) => imageId)
    expect(ids(20, 1)).toEqual(expect.arrayContaining(ids(10, 1)))
    expect(ids(10, 1)).not.toEqual(ids(10, 2))
  })
})

test('batches are consecutive and complete', () => {
  expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(batchesOf([], 2)).toEqual([])
})

test('micro-batches keep the order, fit, and differ by at most one image', () => {
  for (let length = 1; length <= 40; length += 1) {
    const batch = Array.from({ length }, (_, index) => index)
    for (let size = 1; size <= 12; size += 1) {
      const parts = microBatchesOf(batch, size)
      const sizes = parts.map((part) => part.length)
      expect(parts.flat()).toEqual(batch)
      expect(parts).toHaveLength(Math.ceil(length / size))
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }
  }
})
