import { ceilDivide } from './arithmetic'
import { tileColumns } from './tile'
import { argument, takeChunk } from './threads'

/** Rows that one chunk packs: few enough that they stay in the second-level cache while each panel is cut out. */
export const packRows: i32 = 256

/**
 * A matrix [rows][columns] as panels [panel][row][8], the last one filled up with zeros.
 * Arguments: 0 source, 1 target, 2 rows, 3 columns. Chunks: rows / packRows.
 */
export function pack(): void {
  const rows = <i32>argument(2)
  const columns = <i32>argument(3)
  const panels = ceilDivide(columns, tileColumns)
  const rowBytes = (<usize>columns) << 2
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk * packRows
    const last = min(first + packRows, rows)
    for (let panel = 0; panel < panels; panel++) {
      const start = panel * tileColumns
      const width = min(tileColumns, columns - start)
      let source = argument(0) + <usize>first * rowBytes + ((<usize>start) << 2)
      let target = argument(1) + ((<usize>panel * rows + first) << 5)
      for (let row = first; row < last; row++) {
        if (width === tileColumns) {
          v128.store(target, v128.load(source))
          v128.store(target, v128.load(source, 16), 16)
        } else {
          copyPart(source, target, width)
        }
        source += rowBytes
        target += 32
      }
    }
  }
}

function copyPart(source: usize, target: usize, width: i32): void {
  for (let column = 0; column < tileColumns; column++) {
    const offset = (<usize>column) << 2
    store<f32>(target + offset, column < width ? load<f32>(source + offset) : 0)
  }
}

/**
 * The transposes of outer x inner matrices [columns][depth], one below the other, as panels [panel][k][8]: a filter as
 * the gradient towards the input needs it, or a transposed operand of a matrix product.
 * Arguments: 0 source, 1 target, 2 columns, 3 depth, 4 outer count, 5 inner count, 6 outer stride, 7 inner stride (both in
 * bytes, subtracted). Chunks: panels.
 */
export function packTransposed(): void {
  const columns = <i32>argument(2)
  const depth = <i32>argument(3)
  const outer = <i32>argument(4)
  const inner = <i32>argument(5)
  for (let panel = takeChunk(); panel >= 0; panel = takeChunk()) {
    const first = panel * tileColumns
    const width = min(tileColumns, columns - first)
    let target = argument(1) + ((<usize>panel * outer * inner * depth) << 5)
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const matrix = argument(0) - <usize>i * argument(6) - <usize>j * argument(7)
        transposePanel(matrix + ((<usize>first * depth) << 2), target, depth, width)
        target += (<usize>depth) << 5
      }
    }
  }
}

/** Eight rows of `depth` floats to `depth` rows of eight. */
function transposePanel(source: usize, target: usize, depth: i32, width: i32): void {
  const rowBytes = (<usize>depth) << 2
  for (let column = 0; column < tileColumns; column++) {
    let to = target + ((<usize>column) << 2)
    if (column < width) {
      let from = source + <usize>column * rowBytes
      for (let k = 0; k < depth; k++, to += 32, from += 4) store<f32>(to, load<f32>(from))
    } else {
      for (let k = 0; k < depth; k++, to += 32) store<f32>(to, 0)
    }
  }
}

/** Arguments: 0 source [rows][columns], 1 target [columns][rows], 2 rows, 3 columns. Chunks: columns / 16. */
export function transpose(): void {
  const rows = <i32>argument(2)
  const columns = <i32>argument(3)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk << 4
    const last = min(first + 16, columns)
    for (let row = 0; row < rows; row++) {
      const from = argument(0) + ((<usize>row * columns) << 2)
      const to = argument(1) + ((<usize>row) << 2)
      for (let column = first; column < last; column++) {
        store<f32>(to + ((<usize>column * rows) << 2), load<f32>(from + ((<usize>column) << 2)))
      }
    }
  }
}

/**
 * Pixels with a border of zeros around each image.
 * Arguments: 0 source, 1 target, 2 height, 3 width, 4 bytes a pixel, 5 rows above, 6 columns before, 7 height of the
 * target, 8 width of the target. Chunks: rows of the target over all images.
 */
export function pad(): void {
  const height = <i32>argument(2)
  const pixelBytes = argument(4)
  const above = <i32>argument(5)
  const targetHeight = <i32>argument(7)
  const rowBytes = argument(3) * pixelBytes
  const beforeBytes = argument(6) * pixelBytes
  const targetRowBytes = argument(8) * pixelBytes
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const target = argument(1) + <usize>chunk * targetRowBytes
    const y = (chunk % targetHeight) - above
    if (y < 0 || y >= height) {
      memory.fill(target, 0, targetRowBytes)
      continue
    }
    const source = argument(0) + (<usize>(chunk / targetHeight) * height + y) * rowBytes
    const afterBytes = targetRowBytes - beforeBytes - rowBytes
    memory.fill(target, 0, beforeBytes)
    memory.copy(target + beforeBytes, source, rowBytes)
    memory.fill(target + beforeBytes + rowBytes, 0, afterBytes)
  }
}
