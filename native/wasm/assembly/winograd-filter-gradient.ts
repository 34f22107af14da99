import { ceilDivide, multiplyAdd } from './arithmetic'
import { outerProducts } from './filter-gradient'
import { argument, takeChunk, thread } from './threads'
import { tileColumns, tileRows } from './tile'

/*
 * The gradient of a 3x3 convolution of stride 1 towards its filter as F(3x3, 2x2): the 2x2 gradients of each patch act as a
 * filter on its 4x4 inputs, and sixteen products summed over the patches replace 36.
 */

/** Patches that are summed over before the next tile. */
const patchesAtHand: i32 = 256

/** Rows of patches that one chunk of `winogradGradient` transforms. */
export const patchRows: i32 = 64

/**
 * dY as [plane][panel][patch][8], transformed; zero where a patch reaches beyond the image.
 * Arguments: 0 dY, 1 target, 2 height, 3 width, 4 images, 5 columns. Chunks: patches / patchRows.
 */
export function winogradGradient(): void {
  const across = ceilDivide(<i32>argument(3), 2)
  const down = ceilDivide(<i32>argument(2), 2)
  const patches = across * down * <i32>argument(4)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const last = min((chunk + 1) * patchRows, patches)
    for (let index = chunk * patchRows; index < last; index++) transformGradient(index, across, down, patches)
  }
}

function transformGradient(index: i32, across: i32, down: i32, patches: i32): void {
  const height = <i32>argument(2)
  const width = <i32>argument(3)
  const columns = <i32>argument(5)
  const x = (index % across) * 2
  const y = ((index / across) % down) * 2
  const isWide = x + 1 < width
  const isHigh = y + 1 < height
  const pixelBytes = (<usize>columns) << 2
  const rowBytes = <usize>width * pixelBytes
  const from = argument(0) + <usize>((index / (across * down)) * height + y) * rowBytes + <usize>x * pixelBytes
  const zero = f32x4.splat(0)
  const panelBytes = (<usize>patches) << 5
  const planeBytes = <usize>(columns / tileColumns) * panelBytes
  for (let column = 0; column < columns; column += 4) {
    const at = from + ((<usize>column) << 2)
    const d00 = v128.load(at)
    const d01 = isWide ? v128.load(at + pixelBytes) : zero
    const d10 = isHigh ? v128.load(at + rowBytes) : zero
    const d11 = isWide && isHigh ? v128.load(at + rowBytes + pixelBytes) : zero
    const offset = <usize>(column / tileColumns) * panelBytes + ((<usize>index) << 5) + ((<usize>(column & 7)) << 2)
    let to = argument(1) + offset
    spreadRow(to, planeBytes, d00, d01)
    to += planeBytes << 2
    spreadRow(to, planeBytes, halfSum(d00, d10), halfSum(d01, d11))
    to += planeBytes << 2
    spreadRow(to, planeBytes, halfDifference(d00, d10), halfDifference(d01, d11))
    to += planeBytes << 2
    spreadRow(to, planeBytes, d10, d11)
  }
}

function halfSum(a: v128, b: v128): v128 {
  return f32x4.mul(f32x4.add(a, b), f32x4.splat(0.5))
}

function halfDifference(a: v128, b: v128): v128 {
  return f32x4.mul(f32x4.sub(a, b), f32x4.splat(0.5))
}

function spreadRow(to: usize, planeBytes: usize, a: v128, b: v128): void {
  v128.store(to, a)
  v128.store(to + planeBytes, halfSum(a, b))
  v128.store(to + planeBytes * 2, halfDifference(a, b))
  v128.store(to + planeBytes * 3, b)
}

/**
 * The sums over the patches of each part, [part][plane][channel][column]; see `filterGradient` for the parts.
 * Arguments: 0 x with its border of zeros, 1 transformed dY, 2 target, 3 patches down, 4 patches across, 5 images, 6 bytes of
 * an image of x, 7 bytes of a row, 8 bytes of a pixel, 9 columns, 10 channels, 11 tiles a chunk, 12 scratch, 13 scratch bytes a
 * thread, 14 patches a part, 15 planes a chunk. Chunks: parts x 16 / planes a chunk x tiles of six channels / tiles a chunk.
 */
export function winogradFilterSums(): void {
  const patches = <i32>argument(3) * <i32>argument(4) * <i32>argument(5)
  const tiles = ceilDivide(<i32>argument(10), tileRows)
  const tilesAtOnce = <i32>argument(11)
  const planesAtOnce = <i32>argument(15)
  const tileChunks = ceilDivide(tiles, tilesAtOnce)
  const chunksAPart = (16 / planesAtOnce) * tileChunks
  const addresses = argument(12) + <usize>thread() * argument(13)
  const packed = addresses + ((<usize>patchesAtHand) << 2)
  const patchesAPart = <i32>argument(14)
  const patchesAtOnce = ceilDivide(patchesAPart, ceilDivide(patchesAPart, patchesAtHand))
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const part = chunk / chunksAPart
    const firstPlane = ((chunk % chunksAPart) / tileChunks) * planesAtOnce
    const firstTile = (chunk % tileChunks) * tilesAtOnce
    const lastTile = min(firstTile + tilesAtOnce, tiles)
    const start = part * patchesAPart
    const end = min(start + patchesAPart, patches)
    for (let first = start; first < end; first += patchesAtOnce) {
      const count = min(patchesAtOnce, end - first)
      findPatches(first, count, addresses)
      for (let plane = firstPlane; plane < firstPlane + planesAtOnce; plane++) {
        for (let tile = firstTile; tile < lastTile; tile++) {
          packPatches(plane, addresses, (<usize>(tile * tileRows)) << 2, count, packed)
          addTiles(part, plane, tile * tileRows, first, count, packed)
        }
      }
    }
  }
}

function findPatches(first: i32, count: i32, addresses: usize): void {
  const down = <i32>argument(3)
  const across = <i32>argument(4)
  let x = first % across
  let y = (first / across) % down
  let image = first / (across * down)
  for (let index = 0; index < count; index++) {
    const pixel = <usize>x * argument(8) * 2 + <usize>y * argument(7) * 2
    store<u32>(addresses + ((<usize>index) << 2), <u32>(argument(0) + <usize>image * argument(6) + pixel))
    x += 1
    if (x === across) {
      x = 0
      y += 1
      if (y === down) {
        y = 0
        image += 1
      }
    }
  }
}

/** Which two of four pixels a row of B^T takes, and whether it adds or subtracts the second. */
function firstOf(row: i32): i32 {
  return row === 0 ? 0 : row === 2 ? 2 : 1
}

function secondOf(row: i32): i32 {
  return row === 3 ? 3 : row === 2 ? 1 : 2
}

/** One plane of B^T d B for six channels of each patch, as [patch][6]. */
function packPatches(plane: i32, addresses: usize, offset: usize, count: i32, packed: usize): void {
  const row = plane >> 2
  const column = plane & 3
  const rowBytes = argument(7)
  const pixelBytes = argument(8)
  const above = offset + <usize>firstOf(row) * rowBytes
  const below = offset + <usize>secondOf(row) * rowBytes
  const left = <usize>firstOf(column) * pixelBytes
  const right = <usize>secondOf(column) * pixelBytes
  // Row 1 of B^T adds its two pixels, the others subtract the second from the first.
  const rowSign = f32x4.splat(row === 1 ? 1 : -1)
  const columnSign = f32x4.splat(column === 1 ? 1 : -1)
  for (let index = 0; index < count; index++) {
    const at = <usize>load<u32>(addresses)
    const upper = multiplyAdd(columnSign, v128.load(at + above + right), v128.load(at + above + left))
    const lower = multiplyAdd(columnSign, v128.load(at + below + right), v128.load(at + below + left))
    v128.store(packed, multiplyAdd(rowSign, lower, upper))
    const upperRest = multiplyAdd(
      columnSign,
      v128.load64_zero(at + above + right, 16),
      v128.load64_zero(at + above + left, 16),
    )
    const lowerRest = multiplyAdd(
      columnSign,
      v128.load64_zero(at + below + right, 16),
      v128.load64_zero(at + below + left, 16),
    )
    v128.store64_lane(packed, multiplyAdd(rowSign, lowerRest, upperRest), 0, 16)
    addresses += 4
    packed += 24
  }
}

function addTiles(part: i32, plane: i32, channel: i32, first: i32, count: i32, packed: usize): void {
  const columns = <i32>argument(9)
  const channels = <i32>argument(10)
  const patches = <i32>argument(3) * <i32>argument(4) * <i32>argument(5)
  const rowBytes = (<usize>columns) << 2
  const rows = min(tileRows, channels - channel)
  const spill = packed + <usize>patchesAtHand * 24
  const panelBytes = (<usize>patches) << 5
  const accumulate = first > part * <i32>argument(14)
  let target = argument(2) + <usize>((part * 16 + plane) * channels + channel) * rowBytes
  let dy = argument(1) + <usize>(plane * (columns / tileColumns)) * panelBytes + ((<usize>first) << 5)
  for (let column = 0; column < columns; column += tileColumns, target += 32, dy += panelBytes) {
    if (rows === tileRows) {
      outerProducts(packed, dy, count, target, rowBytes, accumulate)
      continue
    }
    outerProducts(packed, dy, count, spill, 32, false)
    for (let row = 0; row < rows; row++) {
      const to = target + <usize>row * rowBytes
      addRow(spill + ((<usize>row) << 5), to, accumulate)
      addRow(spill + ((<usize>row) << 5) + 16, to + 16, accumulate)
    }
  }
}

function addRow(from: usize, to: usize, accumulate: bool): void {
  const fresh = v128.load(from)
  v128.store(to, accumulate ? f32x4.add(v128.load(to), fresh) : fresh)
}

/**
 * A^T s A: the sums back to the filter's nine taps.
 * Arguments: 0 sums [16][count], 1 gradient [9][count], 2 count (a multiple of 4). Chunks: count / 4096.
 */
export function winogradFilterOut(): void {
  const bytes = argument(2) << 2
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const last = min((<usize>chunk + 1) << 14, bytes)
    for (let offset = (<usize>chunk) << 14; offset < last; offset += 16) {
      gatherTaps(argument(0) + offset, argument(1) + offset, bytes)
    }
  }
}

/** One column of s through A^T, written to the intermediate sums that the second pass reads as rows. */
function gatherTaps(sums: usize, gradient: usize, bytes: usize): void {
  tapRow(sums, gradient, bytes, 0)
  tapRow(sums, gradient + bytes * 3, bytes, 1)
  tapRow(sums, gradient + bytes * 6, bytes, 2)
}

function tapRow(sums: usize, to: usize, bytes: usize, row: i32): void {
  const a = columnSum(sums, bytes, row, 0)
  const b = columnSum(sums, bytes, row, 1)
  const c = columnSum(sums, bytes, row, 2)
  const d = columnSum(sums, bytes, row, 3)
  v128.store(to, f32x4.add(f32x4.add(a, b), c))
  v128.store(to + bytes, f32x4.sub(b, c))
  v128.store(to + bytes * 2, f32x4.sub(f32x4.add(b, c), d))
}

function columnSum(sums: usize, bytes: usize, row: i32, column: i32): v128 {
  const at = sums + bytes * <usize>column
  const second = v128.load(at + (bytes << 2))
  const third = v128.load(at + (bytes << 3))
  if (row === 0) return f32x4.add(f32x4.add(v128.load(at), second), third)
  if (row === 1) return f32x4.sub(second, third)
  return f32x4.sub(f32x4.add(second, third), v128.load(at + bytes * 12))
}
