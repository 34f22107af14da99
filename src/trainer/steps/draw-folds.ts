import { randomOf, shuffled } from '../../shared/random.ts'

export interface FoldMember {
  readonly classIndex: number
  /** Members of one group stay together: copies must not vouch for each other. */
  readonly group: number
}

export interface FoldDraw {
  readonly foldCount: number
  readonly keys: readonly number[]
}

/**
 * The fold of each member: each class as evenly over the folds as its groups allow, larger groups first so that the
 * small ones can even them out; equal ones in an order that the keys draw.
 */
export function drawFolds(members: readonly FoldMember[], { foldCount, keys }: FoldDraw): number[] {
  const groups = [...Map.groupBy(members.keys(), (at) => members[at]?.group).values()]
  const ordered = shuffled(groups, randomOf(...keys)).sort((a, b) => b.length - a.length)
  const folds = Array.from({ length: foldCount }, (_, index) => ({
    index,
    size: 0,
    ofClass: new Map<number, number>(),
  }))
  const chosen = new Array<number>(members.length).fill(0)
  for (const group of ordered) {
    const classIndex = members[group[0] ?? 0]?.classIndex ?? 0
    const countOf = ({ ofClass }: (typeof folds)[number]) => ofClass.get(classIndex) ?? 0
    const fold = folds.reduce((best, other) => {
      const fewer = countOf(other) - countOf(best)
      return fewer < 0 || (fewer === 0 && other.size < best.size) ? other : best
    })
    for (const at of group) {
      chosen[at] = fold.index
      const own = members[at]?.classIndex ?? 0
      fold.ofClass.set(own, (fold.ofClass.get(own) ?? 0) + 1)
    }
    fold.size += group.length
  }
  return chosen
}
