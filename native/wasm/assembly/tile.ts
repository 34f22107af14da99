import { multiplyAdd } from './arithmetic'

/** Rows and columns of the tile that one call computes in registers. */
export const tileRows: i32 = 6
export const tileColumns: i32 = 8

/** What is done with the tile: added to what is in memory, given a bias, cut off below zero. */
export const accumulate: i32 = 1
export const addBias: i32 = 2
export const cutBelowZero: i32 = 4

/**
 * A tile of a product of matrices: six rows of A, found through a table of addresses, times eight columns of B, packed
 * as [k][8]. A row of A is `segments` runs of `length` floats whose starts lie `segmentStride` bytes apart: the rows of
 * pixels that a convolution sees, without copying them together. Written to rows found through a second table.
 *
 * Twelve accumulators, two columns of B and one broadcast of A fill the 15 vector registers that V8 hands out on x86.
 */
export function tile(
  rowsOfA: usize,
  offsetInA: usize,
  segmentStride: usize,
  segments: i32,
  length: i32,
  b: usize,
  rowsOfC: usize,
  offsetInC: usize,
  bias: usize,
  flags: i32,
  rows: i32,
  columns: i32,
  spill: usize,
): void {
  let a0 = <usize>load<u32>(rowsOfA, 0) + offsetInA
  let a1 = <usize>load<u32>(rowsOfA, 4) + offsetInA
  let a2 = <usize>load<u32>(rowsOfA, 8) + offsetInA
  let a3 = <usize>load<u32>(rowsOfA, 12) + offsetInA
  let a4 = <usize>load<u32>(rowsOfA, 16) + offsetInA
  let a5 = <usize>load<u32>(rowsOfA, 20) + offsetInA
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  let c40 = f32x4.splat(0)
  let c41 = f32x4.splat(0)
  let c50 = f32x4.splat(0)
  let c51 = f32x4.splat(0)
  let b0 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let x = f32x4.splat(0)
  const toNextSegment = segmentStride - ((<usize>length) << 2)
  const unrolled = length & ~3
  for (let segment = 0; segment < segments; segment++) {
    let k = 0
    for (; k < unrolled; k += 4) {
      b0 = v128.load(b, 0)
      b1 = v128.load(b, 16)
      x = v128.load32_splat(a0, 0)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(a1, 0)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(a2, 0)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(a3, 0)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(a4, 0)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(a5, 0)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      b0 = v128.load(b, 32)
      b1 = v128.load(b, 48)
      x = v128.load32_splat(a0, 4)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(a1, 4)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(a2, 4)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(a3, 4)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(a4, 4)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(a5, 4)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      b0 = v128.load(b, 64)
      b1 = v128.load(b, 80)
      x = v128.load32_splat(a0, 8)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(a1, 8)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(a2, 8)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(a3, 8)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(a4, 8)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(a5, 8)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      b0 = v128.load(b, 96)
      b1 = v128.load(b, 112)
      x = v128.load32_splat(a0, 12)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(a1, 12)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(a2, 12)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(a3, 12)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(a4, 12)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(a5, 12)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      b += 128
      a0 += 16
      a1 += 16
      a2 += 16
      a3 += 16
      a4 += 16
      a5 += 16
    }
    for (; k < length; k++) {
      b0 = v128.load(b, 0)
      b1 = v128.load(b, 16)
      x = v128.load32_splat(a0, 0)
      c00 = multiplyAdd(x, b0, c00)
      c01 = multiplyAdd(x, b1, c01)
      x = v128.load32_splat(a1, 0)
      c10 = multiplyAdd(x, b0, c10)
      c11 = multiplyAdd(x, b1, c11)
      x = v128.load32_splat(a2, 0)
      c20 = multiplyAdd(x, b0, c20)
      c21 = multiplyAdd(x, b1, c21)
      x = v128.load32_splat(a3, 0)
      c30 = multiplyAdd(x, b0, c30)
      c31 = multiplyAdd(x, b1, c31)
      x = v128.load32_splat(a4, 0)
      c40 = multiplyAdd(x, b0, c40)
      c41 = multiplyAdd(x, b1, c41)
      x = v128.load32_splat(a5, 0)
      c50 = multiplyAdd(x, b0, c50)
      c51 = multiplyAdd(x, b1, c51)
      b += 32
      a0 += 4
      a1 += 4
      a2 += 4
      a3 += 4
      a4 += 4
      a5 += 4
    }
    a0 += toNextSegment
    a1 += toNextSegment
    a2 += toNextSegment
    a3 += toNextSegment
    a4 += toNextSegment
    a5 += toNextSegment
  }

  if (rows < tileRows || columns < tileColumns) {
    v128.store(spill, c00, 0)
    v128.store(spill, c01, 16)
    v128.store(spill, c10, 32)
    v128.store(spill, c11, 48)
    v128.store(spill, c20, 64)
    v128.store(spill, c21, 80)
    v128.store(spill, c30, 96)
    v128.store(spill, c31, 112)
    v128.store(spill, c40, 128)
    v128.store(spill, c41, 144)
    v128.store(spill, c50, 160)
    v128.store(spill, c51, 176)
    storePart(spill, rowsOfC, offsetInC, bias, flags, rows, columns)
    return
  }
  if (flags & addBias) {
    b0 = v128.load(bias)
    b1 = v128.load(bias, 16)
    c00 = f32x4.add(c00, b0)
    c01 = f32x4.add(c01, b1)
    c10 = f32x4.add(c10, b0)
    c11 = f32x4.add(c11, b1)
    c20 = f32x4.add(c20, b0)
    c21 = f32x4.add(c21, b1)
    c30 = f32x4.add(c30, b0)
    c31 = f32x4.add(c31, b1)
    c40 = f32x4.add(c40, b0)
    c41 = f32x4.add(c41, b1)
    c50 = f32x4.add(c50, b0)
    c51 = f32x4.add(c51, b1)
  }
  storeRow(<usize>load<u32>(rowsOfC, 0) + offsetInC, c00, c01, flags)
  storeRow(<usize>load<u32>(rowsOfC, 4) + offsetInC, c10, c11, flags)
  storeRow(<usize>load<u32>(rowsOfC, 8) + offsetInC, c20, c21, flags)
  storeRow(<usize>load<u32>(rowsOfC, 12) + offsetInC, c30, c31, flags)
  storeRow(<usize>load<u32>(rowsOfC, 16) + offsetInC, c40, c41, flags)
  storeRow(<usize>load<u32>(rowsOfC, 20) + offsetInC, c50, c51, flags)
}

function storeRow(c: usize, c0: v128, c1: v128, flags: i32): void {
  if (flags & accumulate) {
    c0 = f32x4.add(v128.load(c), c0)
    c1 = f32x4.add(v128.load(c, 16), c1)
  }
  if (flags & cutBelowZero) {
    c0 = f32x4.max(c0, f32x4.splat(0))
    c1 = f32x4.max(c1, f32x4.splat(0))
  }
  v128.store(c, c0)
  v128.store(c, c1, 16)
}

/** At the lower and right edge of the product only part of the tile exists. */
function storePart(
  spill: usize,
  rowsOfC: usize,
  offsetInC: usize,
  bias: usize,
  flags: i32,
  rows: i32,
  columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const c = <usize>load<u32>(rowsOfC + ((<usize>row) << 2)) + offsetInC
    for (let column = 0; column < columns; column++) {
      const offset = (<usize>column) << 2
      let value = load<f32>(spill + ((<usize>row) << 5) + offset)
      if (flags & addBias) value += load<f32>(bias + offset)
      if (flags & accumulate) value += load<f32>(c + offset)
      if (flags & cutBelowZero) value = max<f32>(value, 0)
      store<f32>(c + offset, value)
    }
  }
}
