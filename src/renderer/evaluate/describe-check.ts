import type { CheckEvent } from '../../shared/contract/labels.ts'
import { m } from '../messages.ts'
import { formatCount, formatTimeLeft } from '../ui/format.ts'

const words = {
  seeing: m.evaluate_mislabelled_checking,
  comparing: m.evaluate_mislabelled_comparing,
  learning: m.evaluate_mislabelled_learning,
} as const

/** How far a check of the labels is, in words and 0 to 1; null where that is not known yet. */
export function describeCheck(checking: CheckEvent | 'starting'): {
  readonly text: string
  readonly ratio: number | null
} {
  if (checking === 'starting' || checking.kind === 'finished' || checking.total === 0) {
    return { text: m.evaluate_mislabelled_starting(), ratio: null }
  }
  const { kind, done, total } = checking
  const figures = { done: formatCount(done), total: formatCount(total) }
  const what = words[kind](figures)
  const secondsLeft = kind === 'learning' ? checking.secondsLeft : null
  const text = secondsLeft === null ? what : [what, formatTimeLeft(secondsLeft)].join(m.words_list_comma())
  return { text, ratio: done / total }
}
