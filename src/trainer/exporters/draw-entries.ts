import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Split } from '../../shared/domain/split.ts'
import { randomOf, shuffled } from '../../shared/random.ts'

/** Images that the training did not see say most about what the export will meet. */
const order: readonly Split[] = ['test', 'validation', 'train']

/** At most `count` entries, from the test split first; the same ones each time, with the classes mixed. */
export function drawEntries(entries: readonly DatasetEntry[], count: number): DatasetEntry[] {
  const drawn = order.flatMap((split, index) =>
    shuffled(
      entries.filter((entry) => entry.split === split),
      randomOf(index),
    ),
  )
  return drawn.slice(0, count)
}
