import { expect, test } from 'vitest'
import { rowsOf } from '../../../src/renderer/ui/virtual-grid-rows.ts'

const keys = Array.from({ length: 1_001 }, (_, at) => 10 * at)

test('a row holds its cells, the last one what is left', () => {
  const rowAt = rowsOf(keys, { columns: 4, gridId: 'g' })
  expect(rowAt(1).cells.map(({ index, key, elementId, column }) => [index, key, elementId, column])).toEqual([
    [4, 40, 'g-40', 1],
    [5, 50, 'g-50', 2],
    [6, 60, 'g-60', 3],
    [7, 70, 'g-70', 4],
  ])
  expect(rowAt(250).cells).toHaveLength(1)
})

test('a row that is asked for again is the same object, and is right also after very many others', () => {
  const rowAt = rowsOf(keys, { columns: 1, gridId: 'g' })
  expect(rowAt(3)).toBe(rowAt(3))
  for (let row = 0; row < 1_000; row += 1) rowAt(row)
  expect(rowAt(3).cells[0]?.key).toBe(30)
})
