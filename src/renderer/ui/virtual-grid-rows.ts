import type { GridCell } from './virtual-grid-geometry.ts'

export interface GridRow<Key> {
  readonly row: number
  readonly cells: readonly GridCell<Key>[]
}

export interface GridRowOptions {
  readonly columns: number
  /** Begins the ids of elements. */
  readonly gridId: string
}

const mostRemembered = 200

/** The rows of some keys: the same object for a row that stays, so that nothing in it is looked at again. */
export function rowsOf<Key extends string | number>(
  keys: readonly Key[],
  { columns, gridId }: GridRowOptions,
): (row: number) => GridRow<Key> {
  const remembered = new Map<number, GridRow<Key>>()
  return (row) => {
    const known = remembered.get(row)
    if (known !== undefined) return known
    if (remembered.size >= mostRemembered) remembered.clear()
    const first = row * columns
    const cells = keys
      .slice(first, first + columns)
      .map((key, at) => ({ index: first + at, key, elementId: `${gridId}-${key}`, column: at + 1 }))
    const made = { row, cells }
    remembered.set(row, made)
    return made
  }
}
