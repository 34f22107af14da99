import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allotSplits, type SplittableImage } from '../../src/main/core/datasets/allot-splits.ts'
import type { Split } from '../../src/shared/domain/split.ts'
import { sha256Of } from '../support/examinations.ts'

const ratios = { train: 0.8, validation: 0.1, test: 0.1 }

function images(count: number, className: string, split: Split | null = null, from = 0): SplittableImage[] {
  return Array.from({ length: count }, (_, at) => ({
    contentHash: sha256Of(`${className} ${from + at}`),
    className,
    split,
  }))
}

function alone(list: readonly unknown[]): number[][] {
  return list.map((_, at) => [at])
}

function count(list: readonly SplittableImage[], splits: readonly Split[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [at, { className }] of list.entries()) {
    const name = `${className} ${splits[at] ?? ''}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

describe('splitting', () => {
  test('follows the ratios in every class', () => {
    const list = [...images(100, 'a'), ...images(40, 'b'), ...images(3, 'c'), ...images(1, 'd')]
    expect(count(list, allotSplits(list, alone(list), { seed: 0, ratios }))).toEqual({
      'a train': 80,
      'a validation': 10,
      'a test': 10,
      'b train': 32,
      'b validation': 4,
      'b test': 4,
      'c train': 1,
      'c validation': 1,
      'c test': 1,
      'd train': 1,
    })
  })

  test('keeps what folders gave and takes validation from training where it is missing', () => {
    const list = [...images(100, 'a', 'train'), ...images(20, 'a', 'test', 100)]
    expect(count(list, allotSplits(list, alone(list), { seed: 0, ratios }))).toEqual({
      'a train': 89,
      'a validation': 11,
      'a test': 20,
    })
  })

  test('puts images that no folder gave a split into those that are empty', () => {
    const list = [...images(50, 'a', 'test'), ...images(90, 'a', null, 50)]
    expect(count(list, allotSplits(list, alone(list), { seed: 0, ratios }))).toEqual({
      'a test': 50,
      'a train': 80,
      'a validation': 10,
    })
    const full = [
      ...images(5, 'a', 'train'),
      ...images(5, 'a', 'test', 5),
      ...images(5, 'a', 'validation', 10),
      ...images(5, 'a', null, 15),
    ]
    expect(count(full, allotSplits(full, alone(full), { seed: 0, ratios }))).toEqual({
      'a train': 10,
      'a test': 5,
      'a validation': 5,
    })
  })

  test('puts an image beside its copy that a folder gave a split', () => {
    const list = [...images(1, 'a', 'test'), ...images(30, 'a', null, 1), ...images(1, 'a', 'train', 31)]
    const groups = [[0, 1], [31, 2], ...alone(list).filter(([at]) => at !== undefined && at > 2 && at < 31)]
    const splits = allotSplits(list, groups, { seed: 0, ratios })
    expect([splits[0], splits[1], splits[31], splits[2]]).toEqual(['test', 'test', 'train', 'train'])
  })

  test('another seed gives another split; a few images more leave nearly all where they were', () => {
    const list = images(500, 'a')
    const splits = allotSplits(list, alone(list), { seed: 1, ratios })
    expect(allotSplits(list, alone(list), { seed: 2, ratios })).not.toEqual(splits)
    const more = [...images(20, 'a', null, 500), ...list]
    const again = allotSplits(more, alone(more), { seed: 1, ratios }).slice(20)
    expect(again.filter((split, at) => split !== splits[at]).length).toBeLessThan(15)
  })

  test('never tears a group, keeps given splits, trains every class, whatever the order', () => {
    const image = fc.record({
      className: fc.constantFrom('a', 'b', 'c'),
      split: fc.option(fc.constantFrom<Split>('train', 'validation', 'test'), { freq: 2 }),
      group: fc.nat({ max: 25 }),
    })
    const check = (drawn: readonly { className: string; split: Split | null; group: number }[], seed: number) => {
      const list = drawn.map(({ className, split }, at) => ({ contentHash: sha256Of(`${at}`), className, split }))
      const groups = [...Map.groupBy(list.keys(), (at) => drawn[at]?.group).values()]
      const splits = allotSplits(list, groups, { seed, ratios })
      const given = new Set(list.map(({ split }) => split))
      const isFree = (at: number) => (given.has(null) ? list[at]?.split === null : list[at]?.split === 'train')
      for (const [at, { split }] of list.entries()) if (!isFree(at)) expect(splits[at]).toBe(split)
      for (const group of groups)
        expect(new Set(group.filter(isFree).map((at) => splits[at])).size).toBeLessThanOrEqual(1)
      if (!list.some(({ split }) => split !== null)) {
        for (const name of new Set(list.map(({ className }) => className))) {
          expect(list.some((one, at) => one.className === name && splits[at] === 'train')).toBe(true)
        }
      }
      const backwards = allotSplits(
        list.toReversed(),
        groups.map((group) => group.map((at) => list.length - 1 - at)),
        {
          seed,
          ratios,
        },
      )
      expect(backwards.toReversed()).toEqual(splits)
    }
    fc.assert(fc.property(fc.array(image, { minLength: 1, maxLength: 60 }), fc.nat(), check), { numRuns: 300, seed: 7 })
    const unsplit = image.map((one) => ({ ...one, split: null }))
    fc.assert(fc.property(fc.array(unsplit, { minLength: 1, maxLength: 60 }), fc.nat(), check), {
      numRuns: 300,
      seed: 8,
    })
  })
})
