import { ceilDivide } from './arithmetic'
import { argument, takeChunk, thread } from './threads'
import { accumulate, addBias, cutBelowZero, tile, tileColumns, tileRows } from './tile'

/** About how many k are done before the next columns of B: their packed part stays in the first-level cache. */
const kBlock: i32 = 768

/** Rows whose addresses a thread keeps at hand; a multiple of the tile's. */
export const rowsAtHand: i32 = 96

/**
 * C = A B (+ bias, cut below zero): the core of convolution, of its gradient towards the input, and of matrix products.
 *
 * Row m of A and C belongs to the pixel (image, y, x) of a grid and is found by three strides each, in bytes; see `tile`
 * for what a row of A is. B is packed as [panel][k][8].
 *
 * Arguments: 0 A, 1 B, 2 C, 3 grid height, 4 grid width, 5 images, 6-8 strides of A (image, y, x), 9-11 strides of C,
 * 12 columns, 13 segments, 14 length of a segment, 15 stride of a segment, 16 bias or 0, 17 whether to cut below zero,
 * 18 panels a chunk, 19 scratch, 20 scratch bytes a thread.
 */
export function product(): void {
  const rows = <i32>argument(3) * <i32>argument(4) * <i32>argument(5)
  const columns = <i32>argument(12)
  const panels = ceilDivide(columns, tileColumns)
  const panelsAtOnce = <i32>argument(18)
  const rowChunks = ceilDivide(rows, rowsAtHand)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const firstRow = (chunk % rowChunks) * rowsAtHand
    const firstPanel = (chunk / rowChunks) * panelsAtOnce
    const lastPanel = min(firstPanel + panelsAtOnce, panels)
    productChunk(firstRow, min(rowsAtHand, rows - firstRow), firstPanel, lastPanel)
  }
}

function productChunk(firstRow: i32, rowCount: i32, firstPanel: i32, lastPanel: i32): void {
  const scratch = argument(19) + <usize>thread() * argument(20)
  const rowsOfA = scratch
  const rowsOfC = scratch + ((<usize>rowsAtHand) << 2)
  const spill = rowsOfC + ((<usize>rowsAtHand) << 2)
  findRows(firstRow, rowCount, rowsOfA, rowsOfC)

  const segments = <i32>argument(13)
  const length = <i32>argument(14)
  const segmentsAtOnce = max(1, min(segments, kBlock / length))
  const pieces = ceilDivide(length, kBlock)
  const pieceLength = (ceilDivide(length, pieces) + 3) & ~3
  for (let segment = 0; segment < segments; segment += segmentsAtOnce) {
    const someSegments = min(segmentsAtOnce, segments - segment)
    for (let start = 0; start < length; start += pieceLength) {
      const someLength = min(pieceLength, length - start)
      const isFirst = segment === 0 && start === 0
      const isLast = segment + someSegments === segments && start + someLength === length
      let flags = isFirst ? 0 : accumulate
      if (isLast && argument(16) !== 0) flags |= addBias
      if (isLast && argument(17) !== 0) flags |= cutBelowZero
      const offsetInA = <usize>segment * argument(15) + ((<usize>start) << 2)
      const k = segment * length + start
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        productPanel(panel, k, offsetInA, someSegments, someLength, flags, rowCount, rowsOfA, rowsOfC, spill)
      }
    }
  }
}

function productPanel(
  panel: i32,
  k: i32,
  offsetInA: usize,
  segments: i32,
  length: i32,
  flags: i32,
  rowCount: i32,
  rowsOfA: usize,
  rowsOfC: usize,
  spill: usize,
): void {
  const depth = <i32>argument(13) * <i32>argument(14)
  const b = argument(1) + ((<usize>panel * depth + k) << 5)
  const offsetInC = (<usize>panel) << 5
  const bias = argument(16) + offsetInC
  const columns = min(tileColumns, <i32>argument(12) - panel * tileColumns)
  const segmentStride = argument(15)
  for (let row = 0; row < rowCount; row += tileRows) {
    const offset = (<usize>row) << 2
    tile(
      rowsOfA + offset,
      offsetInA,
      segmentStride,
      segments,
      length,
      b,
      rowsOfC + offset,
      offsetInC,
      bias,
      flags,
      min(tileRows, rowCount - row),
      columns,
      spill,
    )
  }
}

/** Fills the tables of addresses; the rows that the last tile has too many repeat the last one. */
function findRows(firstRow: i32, rowCount: i32, rowsOfA: usize, rowsOfC: usize): void {
  const height = <i32>argument(3)
  const width = <i32>argument(4)
  let x = firstRow % width
  let y = (firstRow / width) % height
  let image = firstRow / (width * height)
  let a: usize = 0
  let c: usize = 0
  for (let row = 0; row < rowsAtHand; row++) {
    if (row < rowCount) {
      a = argument(0) + <usize>image * argument(6) + <usize>y * argument(7) + <usize>x * argument(8)
      c = argument(2) + <usize>image * argument(9) + <usize>y * argument(10) + <usize>x * argument(11)
      x += 1
      if (x === width) {
        x = 0
        y += 1
        if (y === height) {
          y = 0
          image += 1
        }
      }
    }
    store<u32>(rowsOfA + ((<usize>row) << 2), <u32>a)
    store<u32>(rowsOfC + ((<usize>row) << 2), <u32>c)
  }
}
