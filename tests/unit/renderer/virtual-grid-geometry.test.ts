import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cellsWithin,
  layOutGrid,
  offsetShowing,
  patternUnder,
  positionAt,
  rowsAround,
  scrolled,
  thumbRatio,
  topOfGrid,
  type GridLayout,
} from '../../../src/renderer/ui/virtual-grid-geometry.ts'

const space = { count: 1_000, widthPx: 824, heightPx: 600, wantedCellPx: 150, captionPx: 24, gapPx: 8, paddingPx: 12 }

test('cells share the width of a row out between them', () => {
  const layout = layOutGrid(space)
  expect(layout.columns).toBe(5)
  expect(layout.cellPx).toBe(153)
  expect(layout.rows).toBe(200)
  expect(layout.rowPitchPx).toBe(153 + 24 + 8)
  expect(layout.contentPx).toBe(200 * 185 - 8 + 24)
})

test('a window narrower than one cell still shows one column', () => {
  const layout = layOutGrid({ ...space, widthPx: 60 })
  expect(layout.columns).toBe(1)
  expect(layout.cellPx).toBe(36)
})

test('no images need no height', () => {
  const layout = layOutGrid({ ...space, count: 0 })
  expect(layout).toMatchObject({ rows: 0, contentPx: 0, scrollPx: 0 })
  expect(rowsAround(layout, 0, 2)).toEqual({ first: 0, last: -1 })
})

test('a grid that browsers can scroll is scrolled pixel by pixel', () => {
  const layout = layOutGrid({ ...space, count: 100_000 })
  expect(layout.scrollPx).toBe(layout.contentPx)
  expect(scrolled(layout, topOfGrid, 123_456)).toEqual({ scrollTopPx: 123_456, offsetPx: 123_456 })
})

const million = layOutGrid({ ...space, count: 1_000_000 })

test('a million images stay below the height that browsers can scroll', () => {
  expect(million.contentPx).toBeGreaterThan(17_000_000)
  expect(million.scrollPx).toBeLessThanOrEqual(8_000_000)
})

test('the scroll bar reaches the last row of a million images', () => {
  const bottom = scrolled(million, topOfGrid, million.scrollPx - million.viewportPx)
  expect(rowsAround(million, bottom.offsetPx, 0).last).toBe(million.rows - 1)
  expect(thumbRatio(million, bottom.offsetPx)).toBe(1)
})

test('a wheel moves a million images no faster than a hundred', () => {
  const middle = positionAt(million, million.contentPx / 2)
  const after = scrolled(million, middle, middle.scrollTopPx + 100)
  expect(after.offsetPx - middle.offsetPx).toBeCloseTo(100)
})

test('a jump of the scroll bar goes by the ratio of the heights', () => {
  const target = (million.scrollPx - million.viewportPx) / 4
  const after = scrolled(million, topOfGrid, target)
  expect(after.offsetPx / (million.contentPx - million.viewportPx)).toBeCloseTo(0.25)
})

test('whatever is scrolled, the rows in sight are rows of the grid', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3_000_000 }),
      fc.integer({ min: 1, max: 4_000 }),
      fc.array(fc.double({ min: -0.2, max: 1.2, noNaN: true }), { maxLength: 8 }),
      (count, widthPx, steps) => {
        const layout = layOutGrid({ ...space, count, widthPx })
        let position = topOfGrid
        for (const step of steps) {
          position = scrolled(layout, position, step * layout.scrollPx)
          const { first, last } = rowsAround(layout, position.offsetPx, 2)
          expect(first).toBeGreaterThanOrEqual(0)
          expect(last).toBeLessThan(Math.max(layout.rows, 1))
          if (layout.rows > 0) expect(last).toBeGreaterThanOrEqual(first)
        }
      },
    ),
  )
})

function rowBounds(layout: GridLayout, index: number): { top: number; bottom: number } {
  const top = layout.paddingPx + Math.floor(index / layout.columns) * layout.rowPitchPx
  return { top, bottom: top + layout.rowPitchPx - layout.gapPx }
}

test('showing a cell scrolls as little as is needed', () => {
  const layout = layOutGrid(space)
  expect(offsetShowing(layout, 7, 0)).toBe(0)
  const below = offsetShowing(layout, 500, 0)
  expect(rowBounds(layout, 500).bottom).toBeLessThanOrEqual(below + layout.viewportPx)
  expect(offsetShowing(layout, 500, below)).toBe(below)
  const above = offsetShowing(layout, 5, below)
  expect(rowBounds(layout, 5).top).toBeGreaterThanOrEqual(above)
  expect(above).toBeLessThan(below)
})

test('a band touches the cells under it and none beside it', () => {
  const layout = layOutGrid(space)
  const cell = layout.cellPx
  const inFirst = { leftPx: 20, topPx: 20, rightPx: 30, bottomPx: 30 }
  expect(cellsWithin(layout, inFirst)).toEqual([0])
  const inGap = { leftPx: 12 + cell + 1, topPx: 20, rightPx: 12 + cell + 7, bottomPx: 30 }
  expect(cellsWithin(layout, inGap)).toEqual([])
  const twoByTwo = { leftPx: 12 + cell - 5, topPx: 20, rightPx: 12 + cell + 15, bottomPx: 12 + 185 + 5 }
  expect(cellsWithin(layout, twoByTwo)).toEqual([0, 1, 5, 6])
})

test('a band beyond the last cell ends with it', () => {
  const layout = layOutGrid({ ...space, count: 7 })
  const all = { leftPx: -50, topPx: -50, rightPx: 5_000, bottomPx: 5_000 }
  expect(cellsWithin(layout, all)).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test.each([0, -184, -185, -186, -1_000_037, 3, 185, 400])('a pattern lies in step with rows moved by %d', (shiftPx) => {
  const layout = layOutGrid(space)
  const { topPx, widthPx, heightPx } = patternUnder(layout, shiftPx)
  const firstRowPx = layout.paddingPx + shiftPx
  expect(Math.abs(topPx - firstRowPx) % layout.rowPitchPx).toBe(0)
  expect(topPx).toBeLessThanOrEqual(layout.paddingPx)
  expect(topPx + heightPx).toBe(layout.scrollPx - layout.paddingPx)
  expect(widthPx).toBe(5 * 153 + 4 * 8)
})
