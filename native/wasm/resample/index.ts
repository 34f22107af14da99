// The two passes of src/imaging/resample.ts, which says what they compute and does it itself where this was never built. Rows of
// pixels lie `rowBytes` apart, a multiple of 16 that leaves room for one byte more than they have; what is there means nothing.

const weightBits: i32 = 22
const half: i32 = 1 << (weightBits - 1)

/** Across: `taps` holds the first input pixel, the number of taps and the weights of each output pixel, one array after the other. */
export function resampleRows(
  x: usize,
  xRowBytes: usize,
  rowCount: i32,
  y: usize,
  yRowBytes: usize,
  columnCount: i32,
  taps: usize,
  stride: i32,
): void {
  let row = 0
  for (; row + 4 <= rowCount; row += 4, x += 4 * xRowBytes, y += 4 * yRowBytes) {
    fourRows(x, xRowBytes, y, yRowBytes, columnCount, taps, stride)
  }
  for (; row < rowCount; row++, x += xRowBytes, y += yRowBytes) {
    for (let column = 0; column < columnCount; column++) {
      let from = x + <usize>firstOf(taps, column) * 3
      let weight = weightsOf(taps, columnCount, column, stride)
      const end = weight + ((<usize>countOf(taps, columnCount, column)) << 2)
      let sum = i32x4.splat(half)
      for (; weight < end; weight += 4, from += 3) sum = addPixel(sum, from, v128.load_splat<u32>(weight))
      storePixel(y + <usize>column * 3, sum)
    }
  }
}

/** Side by side, so that each weight is fetched once. */
function fourRows(
  x: usize,
  xRowBytes: usize,
  y: usize,
  yRowBytes: usize,
  columnCount: i32,
  taps: usize,
  stride: i32,
): void {
  for (let column = 0; column < columnCount; column++) {
    let from = x + <usize>firstOf(taps, column) * 3
    let weight = weightsOf(taps, columnCount, column, stride)
    const end = weight + ((<usize>countOf(taps, columnCount, column)) << 2)
    let sum0 = i32x4.splat(half)
    let sum1 = sum0
    let sum2 = sum0
    let sum3 = sum0
    for (; weight < end; weight += 4, from += 3) {
      const factor = v128.load_splat<u32>(weight)
      sum0 = addPixel(sum0, from, factor)
      sum1 = addPixel(sum1, from + xRowBytes, factor)
      sum2 = addPixel(sum2, from + 2 * xRowBytes, factor)
      sum3 = addPixel(sum3, from + 3 * xRowBytes, factor)
    }
    // The byte too much that each writes is overwritten by its right neighbour.
    const to = y + <usize>column * 3
    storePixel(to, sum0)
    storePixel(to + yRowBytes, sum1)
    storePixel(to + 2 * yRowBytes, sum2)
    storePixel(to + 3 * yRowBytes, sum3)
  }
}

/** Down: the same of rows. Input and output rows are equally far apart. */
export function resampleColumns(x: usize, y: usize, rowBytes: usize, rowCount: i32, taps: usize, stride: i32): void {
  for (let row = 0; row < rowCount; row++, y += rowBytes) {
    const top = x + <usize>firstOf(taps, row) * rowBytes
    const weights = weightsOf(taps, rowCount, row, stride)
    const end = weights + ((<usize>countOf(taps, rowCount, row)) << 2)
    for (let at: usize = 0; at < rowBytes; at += 16) {
      let sum0 = i32x4.splat(half)
      let sum1 = sum0
      let sum2 = sum0
      let sum3 = sum0
      let from = top + at
      for (let weight = weights; weight < end; weight += 4, from += rowBytes) {
        const factor = v128.load_splat<u32>(weight)
        const bytes = v128.load(from)
        const low = i16x8.extend_low_i8x16_u(bytes)
        const high = i16x8.extend_high_i8x16_u(bytes)
        sum0 = i32x4.add(sum0, i32x4.mul(i32x4.extend_low_i16x8_u(low), factor))
        sum1 = i32x4.add(sum1, i32x4.mul(i32x4.extend_high_i16x8_u(low), factor))
        sum2 = i32x4.add(sum2, i32x4.mul(i32x4.extend_low_i16x8_u(high), factor))
        sum3 = i32x4.add(sum3, i32x4.mul(i32x4.extend_high_i16x8_u(high), factor))
      }
      v128.store(y + at, i8x16.narrow_i16x8_u(levels(sum0, sum1), levels(sum2, sum3)))
    }
  }
}

function firstOf(taps: usize, index: i32): i32 {
  return load<i32>(taps + ((<usize>index) << 2))
}

function countOf(taps: usize, size: i32, index: i32): i32 {
  return load<i32>(taps + ((<usize>(size + index)) << 2))
}

function weightsOf(taps: usize, size: i32, index: i32, stride: i32): usize {
  return taps + ((<usize>(2 * size + index * stride)) << 2)
}

function addPixel(sum: v128, from: usize, factor: v128): v128 {
  const pixel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(from)))
  return i32x4.add(sum, i32x4.mul(pixel, factor))
}

function levels(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, weightBits), i32x4.shr_s(high, weightBits))
}

function storePixel(to: usize, sum: v128): void {
  const shorts = levels(sum, sum)
  v128.store_lane<u32>(to, i8x16.narrow_i16x8_u(shorts, shorts), 0)
}
