import { hash } from 'node:crypto'
import type { SplitRatios } from '../../../shared/domain/dataset.ts'
import type { Split } from '../../../shared/domain/split.ts'

export interface SplittableImage {
  readonly contentHash: string
  readonly className: string
  /** What a folder gave. */
  readonly split: Split | null
}

export interface AllotOptions {
  readonly seed: number
  readonly ratios: SplitRatios
}

type SplitAmounts = Readonly<Record<Split, number>>

/** Images that show the same and go to one split together, mostly but not always of one class. */
interface Group {
  readonly members: readonly number[]
  readonly countByClass: readonly (readonly [className: string, count: number])[]
  /** Where the group stands in the seeded order; does not depend on paths or on other groups. */
  readonly rank: string
  /** The first digits of the rank as a number, which compares faster. */
  readonly start: number
}

const evaluated = ['test', 'validation'] as const
const splits = ['train', ...evaluated] as const

/**
 * Puts each image into a split: one that a folder gave stays; the others fill the splits that no folder gave, class by
 * class in the given ratios, where a group of duplicates is never torn. Where no image waits for a split and some
 * split is empty, its share is taken from training. The order in which groups are drawn comes from the seed and their
 * content alone, so that a few images more leave most others in their split.
 */
export function allotSplits(
  images: readonly SplittableImage[],
  groups: readonly (readonly number[])[],
  options: AllotOptions,
): Split[] {
  const { pool, amounts } = planOf(images, options.ratios)
  const result = images.map(({ split }) => split)
  const free: Group[] = []
  for (const group of groups) {
    const members = group.filter((at) => images[at]?.split === pool)
    if (members.length === 0) continue
    // Most groups are one image that waits.
    const others = members.length === group.length ? [] : group.flatMap((at) => images[at]?.split ?? [])
    const bound = boundSplit(others, pool)
    if (bound === null) free.push(describe(members, images, options.seed))
    else for (const at of members) result[at] = bound
  }
  for (const [{ members }, split] of allotGroups(free, amounts)) for (const at of members) result[at] = split
  return result.map((split) => split ?? 'train')
}

/** Which images are to be spread, and over which splits. */
function planOf(
  images: readonly SplittableImage[],
  ratios: SplitRatios,
): { readonly pool: Split | null; readonly amounts: SplitAmounts } {
  const given = new Set(images.map(({ split }) => split))
  const isAnyWaiting = given.has(null)
  const amounts = { train: 0, validation: 0, test: 0 }
  for (const split of splits) if (!given.has(split)) amounts[split] = ratios[split]
  if (!isAnyWaiting) amounts.train = ratios.train
  else if (splits.every((split) => amounts[split] === 0)) amounts.train = 1
  return { pool: isAnyWaiting ? null : 'train', amounts }
}

/**
 * Where a group must go because a folder put another image of it there; null where it is free. Training first: an
 * image that shows the same as a training image is no fair test.
 */
function boundSplit(given: readonly Split[], pool: Split | null): Split | null {
  const others = given.filter((split) => split !== pool)
  if (others.length === 0) return null
  if (pool === 'train') return 'train'
  return splits.find((split) => others.includes(split)) ?? null
}

function describe(members: readonly number[], images: readonly SplittableImage[], seed: number): Group {
  let first: string | undefined
  for (const at of members) {
    const { contentHash } = images[at] ?? { contentHash: '' }
    if (first === undefined || contentHash < first) first = contentHash
  }
  const rank = hash('sha256', `${seed} ${first ?? ''}`)
  const start = Number.parseInt(rank.slice(0, rankStartDigits), 16)
  return { members, countByClass: countClasses(members.map((at) => images[at]?.className ?? '')), rank, start }
}

/** As many as a number holds exactly. */
const rankStartDigits = 13

function compareRanks(a: Group, b: Group): number {
  return a.start - b.start || (a.rank < b.rank ? -1 : 1)
}

function* allotGroups(groups: readonly Group[], amounts: SplitAmounts): Generator<readonly [Group, Split]> {
  const totals = new Map<string, number>()
  for (const { countByClass } of groups) addCounts(totals, countByClass)
  const wanted = new Map([...totals].map(([name, total]) => [name, countsOf(total, amounts)]))
  const fallback = amounts.train > 0 ? 'train' : amounts.validation >= amounts.test ? 'validation' : 'test'
  const left = new Map(totals)

  const fits = (group: Group, split: (typeof evaluated)[number]) =>
    group.countByClass.every(([name, size]) => {
      const room = wanted.get(name)?.[split] ?? 0
      const keepsOne = amounts.train === 0 || (left.get(name) ?? 0) > size
      // A group that is larger than what is left goes there if it fits by half.
      return room > 0 && size <= room * 2 && keepsOne
    })

  for (const group of groups.toSorted(compareRanks)) {
    const split = evaluated.find((name) => fits(group, name))
    if (split !== undefined) {
      for (const [name, size] of group.countByClass) {
        const counts = wanted.get(name)
        if (counts !== undefined) counts[split] -= size
        left.set(name, (left.get(name) ?? 0) - size)
      }
    }
    yield [group, split ?? fallback]
  }
}

/** How many of a class's images validation and test get: rounded, but one each where there are enough. */
function countsOf(total: number, amounts: SplitAmounts): Record<(typeof evaluated)[number], number> {
  const sum = amounts.train + amounts.validation + amounts.test
  const least = total >= splits.filter((split) => amounts[split] > 0).length ? 1 : 0
  const countOf = (split: Split) =>
    amounts[split] > 0 ? Math.max(Math.round((total * amounts[split]) / sum), least) : 0
  return { validation: countOf('validation'), test: countOf('test') }
}

function countClasses(names: readonly string[]): Group['countByClass'] {
  if (names.length === 1) return names.map((name) => [name, 1])
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
}

function addCounts(totals: Map<string, number>, counts: Group['countByClass']): void {
  for (const [name, count] of counts) totals.set(name, (totals.get(name) ?? 0) + count)
}
