/** A cell as whoever shows it gets it. */
export interface GridCell<Key> {
  readonly index: number
  readonly key: Key
  readonly elementId: string
  /** From 1, as assistive technology counts. */
  readonly column: number
}

/** What a shown grid can be asked and told; see VirtualGrid.svelte. */
export interface ShownGrid {
  focus(): void
  /** Scrolls as little as is needed for a cell to be in sight. */
  show(index: number): void
  scrollToOffset(offsetPx: number): void
  scrollBy(distancePx: number): void
  offset(): number
  /** How many cells the keys for up, down and page go. */
  strides(): { readonly row: number; readonly page: number }
  /** A place on the screen as one of the content. */
  toContent(clientX: number, clientY: number): { readonly xPx: number; readonly yPx: number }
  indicesWithin(rectangle: Rectangle): number[]
}

/** Browsers cap the height of what scrolls, Firefox at some 17 million CSS px and at less on a dense screen. */
const maxScrollPx = 8_000_000

export interface GridLayout {
  readonly count: number
  readonly columns: number
  readonly rows: number
  readonly cellPx: number
  readonly gapPx: number
  readonly paddingPx: number
  /** From the top of one row to the top of the next. */
  readonly rowPitchPx: number
  readonly viewportPx: number
  /** How high all rows are. */
  readonly contentPx: number
  /** How high the scrolled element is: less than the content where that is beyond what browsers can do. */
  readonly scrollPx: number
}

export interface GridSpace {
  readonly count: number
  readonly widthPx: number
  readonly heightPx: number
  /** As near to it as whole cells that fill a row can be. */
  readonly wantedCellPx: number
  /** Below the square of a cell. */
  readonly captionPx: number
  readonly gapPx: number
  readonly paddingPx: number
}

export function layOutGrid(space: GridSpace): GridLayout {
  const { count, gapPx, paddingPx } = space
  const innerPx = Math.max(space.widthPx - 2 * paddingPx, 1)
  const columns = Math.max(1, Math.round((innerPx + gapPx) / (space.wantedCellPx + gapPx)))
  const cellPx = Math.max(1, Math.floor((innerPx - gapPx * (columns - 1)) / columns))
  const rows = Math.ceil(count / columns)
  const rowPitchPx = cellPx + space.captionPx + gapPx
  const contentPx = rows === 0 ? 0 : rows * rowPitchPx - gapPx + 2 * paddingPx
  const viewportPx = Math.max(space.heightPx, 0)
  return {
    count,
    columns,
    rows,
    cellPx,
    gapPx,
    paddingPx,
    rowPitchPx,
    viewportPx,
    contentPx,
    scrollPx: Math.min(contentPx, Math.max(maxScrollPx, viewportPx)),
  }
}

/** Where the grid is: what the browser says, and how much of the content lies above. */
export interface GridPosition {
  readonly scrollTopPx: number
  readonly offsetPx: number
}

export const topOfGrid: GridPosition = { scrollTopPx: 0, offsetPx: 0 }

const largestOffsetPx = (layout: GridLayout) => Math.max(layout.contentPx - layout.viewportPx, 0)
const largestScrollTopPx = (layout: GridLayout) => Math.max(layout.scrollPx - layout.viewportPx, 0)

/** The position that shows the content from `offsetPx` on, with the scroll bar where it belongs. */
export function positionAt(layout: GridLayout, offsetPx: number): GridPosition {
  const largest = largestOffsetPx(layout)
  const offset = clamp(offsetPx, 0, largest)
  return { offsetPx: offset, scrollTopPx: largest === 0 ? 0 : (offset / largest) * largestScrollTopPx(layout) }
}

/**
 * The position after the browser has scrolled. Where the content is higher than what scrolls, a wheel still moves pixel
 * by pixel and only a jump, as of the scroll bar, goes by the ratio of the two.
 */
export function scrolled(layout: GridLayout, before: GridPosition, scrollTopPx: number): GridPosition {
  const largest = largestOffsetPx(layout)
  const largestTop = largestScrollTopPx(layout)
  if (largest === largestTop) return { scrollTopPx, offsetPx: clamp(scrollTopPx, 0, largest) }
  const stepPx = scrollTopPx - before.scrollTopPx
  const isJump = Math.abs(stepPx) > layout.viewportPx
  const isAtEnd = scrollTopPx <= 0 || scrollTopPx >= largestTop
  const offset = isJump || isAtEnd ? (scrollTopPx / largestTop) * largest : before.offsetPx + stepPx
  return { scrollTopPx, offsetPx: clamp(offset, 0, largest) }
}

/** The rows that can be seen and `overscan` more on either side; `last` is below `first` where there is none. */
export function rowsAround(layout: GridLayout, offsetPx: number, overscan: number): { first: number; last: number } {
  const top = offsetPx - layout.paddingPx
  const first = Math.floor(top / layout.rowPitchPx) - overscan
  const last = Math.floor((top + layout.viewportPx) / layout.rowPitchPx) + overscan
  return { first: Math.max(first, 0), last: Math.min(last, layout.rows - 1) }
}

/**
 * Where a background lies that repeats from row to row, below the scrolled element's top. Rows are moved by `shiftPx`; the
 * pattern only by what is left of it beyond whole rows.
 */
export function patternUnder(
  layout: GridLayout,
  shiftPx: number,
): { readonly topPx: number; readonly widthPx: number; readonly heightPx: number } {
  const { columns, cellPx, gapPx, paddingPx, rowPitchPx } = layout
  const beyondPx = shiftPx % rowPitchPx
  const topPx = paddingPx + (shiftPx < 0 ? beyondPx : beyondPx - rowPitchPx)
  return { topPx, widthPx: columns * (cellPx + gapPx) - gapPx, heightPx: layout.scrollPx - topPx - paddingPx }
}

/** The offset nearest to `offsetPx` at which the row of a cell is wholly in sight. */
export function offsetShowing(layout: GridLayout, index: number, offsetPx: number): number {
  const row = Math.floor(index / layout.columns)
  const topPx = layout.paddingPx + row * layout.rowPitchPx
  const bottomPx = topPx + layout.rowPitchPx - layout.gapPx
  const lowest = bottomPx + layout.paddingPx - layout.viewportPx
  const highest = topPx - layout.paddingPx
  return clamp(offsetPx, Math.min(lowest, highest), highest)
}

export interface Rectangle {
  readonly leftPx: number
  readonly topPx: number
  readonly rightPx: number
  readonly bottomPx: number
}

/** All cells that a rectangle of the content touches, in order. */
export function cellsWithin(layout: GridLayout, rectangle: Rectangle): number[] {
  const stride = layout.cellPx + layout.gapPx
  const columns = stepsTouched(rectangle.leftPx - layout.paddingPx, rectangle.rightPx - layout.paddingPx, {
    strideStepPx: stride,
    filledPx: layout.cellPx,
    count: layout.columns,
  })
  const rows = stepsTouched(rectangle.topPx - layout.paddingPx, rectangle.bottomPx - layout.paddingPx, {
    strideStepPx: layout.rowPitchPx,
    filledPx: layout.rowPitchPx - layout.gapPx,
    count: layout.rows,
  })
  const cells: number[] = []
  for (let row = rows.first; row <= rows.last; row++) {
    for (let column = columns.first; column <= columns.last; column++) {
      const index = row * layout.columns + column
      if (index < layout.count) cells.push(index)
    }
  }
  return cells
}

function stepsTouched(
  fromPx: number,
  toPx: number,
  steps: { readonly strideStepPx: number; readonly filledPx: number; readonly count: number },
): { first: number; last: number } {
  const before = Math.floor(fromPx / steps.strideStepPx)
  // A beginning in the gap after a cell does not touch that cell.
  const first = fromPx - before * steps.strideStepPx >= steps.filledPx ? before + 1 : before
  return { first: Math.max(first, 0), last: Math.min(Math.floor(toPx / steps.strideStepPx), steps.count - 1) }
}

/** How far down its way the thumb of the scroll bar is. */
export function thumbRatio(layout: GridLayout, offsetPx: number): number {
  const largest = largestOffsetPx(layout)
  return largest === 0 ? 0 : clamp(offsetPx / largest, 0, 1)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
