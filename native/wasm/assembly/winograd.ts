import { ceilDivide } from './arithmetic'
import { denseTile } from './dense-tile'
import { argument, takeChunk, thread } from './threads'
import { tileColumns, tileRows } from './tile'
import { writeOutputs } from './winograd-output'
import { transformPatch } from './winograd-patch'

/*
 * Convolution 3x3 of stride 1 by Winograd's minimal filtering F(2x2, 3x3) (Lavin and Gray 2015): four outputs from a patch
 * of 4x4 inputs take 16 products instead of 36. Patches and filters are transformed so that the products are sixteen
 * independent products of matrices [patches][channels] x [channels][columns]. All factors are 0, 1 and 1/2, so it rounds
 * about as the direct sum does.
 */

/** Patches that one chunk transforms; a multiple of the tile's rows. */
export const patchesAtOnce: i32 = 24

/** Columns whose sums are kept before they are transformed back: a cache line of the output. */
const columnsAtOnce: i32 = 16

/** Patches a chunk where all of them are transformed before the products. */
export const patchesAStep: i32 = 8

/** Keeps the sixteen planes from falling into the same lines of the cache. */
const planeGap: usize = 64

function patchCount(): i32 {
  return ceilDivide(<i32>argument(9), 2) * ceilDivide(<i32>argument(10), 2) * <i32>argument(5)
}

function planeBytesOf(patches: i32, channels: i32): usize {
  return ((<usize>(patches * channels)) << 2) + planeGap
}

/**
 * The convolution, block of patches by block of patches, so that what is transformed stays in the caches. Channels are a
 * multiple of 4, columns of 8.
 * Arguments: 0 x, 1 transformed filter, 2 y, 3 height, 4 width, 5 images, 6 channels, 7 rows above, 8 columns before, 9
 * output height, 10 output width, 11 columns, 12 bias or 0, 13 whether to cut below zero, 14 scratch, 15 scratch bytes a
 * thread, 16 columns a chunk. Chunks: blocks of patches x groups of columns.
 */
export function winogradProduct(): void {
  const patches = patchCount()
  const blocks = ceilDivide(patches, patchesAtOnce)
  const columns = <i32>argument(11)
  const channels = <i32>argument(6)
  const rowBytes = (<usize>channels) << 2
  const planeBytes = planeBytesOf(patchesAtOnce, channels)
  const sumRowBytes = (<usize>columnsAtOnce) << 2
  const sumBytes = <usize>patchesAtOnce * sumRowBytes
  const planes = argument(14) + <usize>thread() * argument(15)
  const sums = planes + (planeBytes << 4)
  const border = sums + (sumBytes << 4)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = (chunk % blocks) * patchesAtOnce
    const count = min(patchesAtOnce, patches - first)
    const firstColumn = (chunk / blocks) * <i32>argument(16)
    const lastColumn = min(firstColumn + <i32>argument(16), columns)
    for (let index = 0; index < count; index++) {
      transformPatch(first + index, planes + <usize>index * rowBytes, planeBytes, border)
    }
    for (let column = firstColumn; column < lastColumn; column += columnsAtOnce) {
      const width = min(columnsAtOnce, lastColumn - column)
      for (let plane = 0; plane < 16; plane++) {
        const rows = planes + <usize>plane * planeBytes
        multiplyPlane(plane, column, width, count, rows, sums + <usize>plane * sumBytes, sumRowBytes)
      }
      for (let index = 0; index < count; index++) {
        writeOutputs(first + index, column, width, sums + <usize>index * sumRowBytes, sumBytes)
      }
    }
  }
}

/*
 * The same in three steps over all patches, for many channels and few patches: there the filter is the larger part, and it
 * is read once only. Arguments as for winogradProduct and: 17 transformed patches, 18 sums. The last two hold as many rows
 * as there are patches, rounded up to the tile's rows.
 */

function roundedPatches(): i32 {
  return ceilDivide(patchCount(), tileRows) * tileRows
}

/** Chunks: patches / patchesAStep. */
export function winogradPatches(): void {
  const patches = patchCount()
  const channels = <i32>argument(6)
  const planeBytes = planeBytesOf(roundedPatches(), channels)
  const border = argument(14) + <usize>thread() * argument(15)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const last = min((chunk + 1) * patchesAStep, patches)
    for (let index = chunk * patchesAStep; index < last; index++) {
      transformPatch(index, argument(17) + ((<usize>(index * channels)) << 2), planeBytes, border)
    }
  }
}

/** Chunks: 16 planes x groups of columns. */
export function winogradPlanes(): void {
  const rounded = roundedPatches()
  const columns = <i32>argument(11)
  const planeBytes = planeBytesOf(rounded, <i32>argument(6))
  const sumBytes = planeBytesOf(rounded, columns)
  const groups = ceilDivide(columns, <i32>argument(16))
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const plane = chunk / groups
    const column = (chunk % groups) * <i32>argument(16)
    const width = min(<i32>argument(16), columns - column)
    const sums = argument(18) + <usize>plane * sumBytes + ((<usize>column) << 2)
    const rows = argument(17) + <usize>plane * planeBytes
    multiplyPlane(plane, column, width, rounded, rows, sums, (<usize>columns) << 2)
  }
}

/** Chunks: patches / patchesAStep. */
export function winogradOutputs(): void {
  const patches = patchCount()
  const columns = <i32>argument(11)
  const sumBytes = planeBytesOf(roundedPatches(), columns)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const last = min((chunk + 1) * patchesAStep, patches)
    for (let index = chunk * patchesAStep; index < last; index++) {
      writeOutputs(index, 0, columns, argument(18) + ((<usize>(index * columns)) << 2), sumBytes)
    }
  }
}

/** The product of rows of one plane of patches with some columns of the same plane of the filter. */
function multiplyPlane(
  plane: i32,
  column: i32,
  width: i32,
  count: i32,
  rows: usize,
  sums: usize,
  sumRowBytes: usize,
): void {
  const channels = <i32>argument(6)
  const rowBytes = (<usize>channels) << 2
  const first = plane * ceilDivide(<i32>argument(11), tileColumns) + column / tileColumns
  for (let panel = 0; panel < width / tileColumns; panel++) {
    const b = argument(1) + ((<usize>((first + panel) * channels)) << 5)
    for (let row = 0; row < count; row += tileRows) {
      const c = sums + <usize>row * sumRowBytes + ((<usize>panel) << 5)
      denseTile(rows + <usize>row * rowBytes, rowBytes, b, channels, c, sumRowBytes)
    }
  }
}
