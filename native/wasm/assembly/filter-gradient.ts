import { ceilDivide, multiplyAdd } from './arithmetic'
import { argument, takeChunk, thread } from './threads'
import { tileColumns, tileRows } from './tile'

/** Pixels that are summed over before the next tile, so that what is packed of them stays in the caches. */
export const pixelsAtHand: i32 = 256

/**
 * The gradient of a convolution towards its filter: C[k][n] = sum over pixels of A[pixel][k] dY[pixel][n], where a row of A
 * is what the filter sees, as in `product`. Many pixels are summed in parts, each into a C of its own, so that dY is read
 * from memory once; the number of parts depends on the shape alone.
 *
 * Arguments: 0 A, 1 dY packed as [panel][pixel][8], 2 C, 3 grid height, 4 grid width, 5 images, 6-8 strides of A (image, y,
 * x) in bytes, 9 columns, 10 segments, 11 length of a segment, 12 stride of a segment in bytes, 13 tiles a chunk, 14
 * scratch, 15 scratch bytes a thread, 16 pixels a part. Chunks: parts x tiles / tiles a chunk.
 */
export function filterGradient(): void {
  const pixels = <i32>argument(3) * <i32>argument(4) * <i32>argument(5)
  const tilesASegment = ceilDivide(<i32>argument(11), tileRows)
  const tiles = tilesASegment * <i32>argument(10)
  const tilesAtOnce = <i32>argument(13)
  const chunksAPart = ceilDivide(tiles, tilesAtOnce)
  const addresses = argument(14) + <usize>thread() * argument(15)
  const packed = addresses + ((<usize>pixelsAtHand) << 2)
  const pixelsAPart = <i32>argument(16)
  const pixelsAtOnce = ceilDivide(pixelsAPart, ceilDivide(pixelsAPart, pixelsAtHand))
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const part = chunk / chunksAPart
    const firstTile = (chunk % chunksAPart) * tilesAtOnce
    const lastTile = min(firstTile + tilesAtOnce, tiles)
    const start = part * pixelsAPart
    const end = min(start + pixelsAPart, pixels)
    for (let first = start; first < end; first += pixelsAtOnce) {
      const count = min(pixelsAtOnce, end - first)
      findPixels(first, count, addresses)
      for (let tile = firstTile; tile < lastTile; tile++) {
        const segment = tile / tilesASegment
        const k = (tile % tilesASegment) * tileRows
        packTile(addresses, <usize>segment * argument(12) + ((<usize>k) << 2), count, packed)
        addTiles(part, segment, k, first, count, packed)
      }
    }
  }
}

function findPixels(first: i32, count: i32, addresses: usize): void {
  const height = <i32>argument(3)
  const width = <i32>argument(4)
  let x = first % width
  let y = (first / width) % height
  let image = first / (width * height)
  for (let pixel = 0; pixel < count; pixel++) {
    const address = argument(0) + <usize>image * argument(6) + <usize>y * argument(7) + <usize>x * argument(8)
    store<u32>(addresses + ((<usize>pixel) << 2), <u32>address)
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
}

/** Six neighbouring k of each pixel as [pixel][6]; the last tile of a segment reads on, and what it reads is not used. */
function packTile(addresses: usize, offset: usize, count: i32, packed: usize): void {
  for (let pixel = 0; pixel < count; pixel++) {
    const from = <usize>load<u32>(addresses) + offset
    v128.store(packed, v128.load(from))
    store<u64>(packed, load<u64>(from, 16), 16)
    addresses += 4
    packed += 24
  }
}

function addTiles(part: i32, segment: i32, start: i32, first: i32, count: i32, packed: usize): void {
  const columns = <i32>argument(9)
  const length = <i32>argument(11)
  const pixels = <i32>argument(3) * <i32>argument(4) * <i32>argument(5)
  const rowBytes = (<usize>columns) << 2
  const rows = min(tileRows, length - start)
  const k = (part * <i32>argument(10) + segment) * length + start
  const c = argument(2) + <usize>k * rowBytes
  const accumulate = first > part * <i32>argument(16)
  const spill = packed + <usize>pixelsAtHand * 24
  let dy = argument(1) + ((<usize>first) << 5)
  for (let column = 0; column < columns; column += tileColumns) {
    const width = min(tileColumns, columns - column)
    const target = c + ((<usize>column) << 2)
    if (rows === tileRows && width === tileColumns) {
      outerProducts(packed, dy, count, target, rowBytes, accumulate)
    } else {
      outerProducts(packed, dy, count, spill, 32, false)
      addPart(spill, target, rowBytes, rows, width, accumulate)
    }
    dy += (<usize>pixels) << 5
  }
}

function addPart(spill: usize, c: usize, rowBytes: usize, rows: i32, width: i32, accumulate: bool): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const to = c + <usize>row * rowBytes + ((<usize>column) << 2)
      const value = load<f32>(spill + ((<usize>row) << 5) + ((<usize>column) << 2))
      store<f32>(to, accumulate ? load<f32>(to) + value : value)
    }
  }
}

/** The sum over `count` pixels of six values times eight, in registers. */
export function outerProducts(a: usize, b: usize, count: i32, c: usize, rowBytes: usize, accumulate: bool): void {
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
  for (let pixel = 0; pixel < count; pixel++) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    c00 = multiplyAdd(x, b0, c00)
    c01 = multiplyAdd(x, b1, c01)
    x = v128.load32_splat(a, 4)
    c10 = multiplyAdd(x, b0, c10)
    c11 = multiplyAdd(x, b1, c11)
    x = v128.load32_splat(a, 8)
    c20 = multiplyAdd(x, b0, c20)
    c21 = multiplyAdd(x, b1, c21)
    x = v128.load32_splat(a, 12)
    c30 = multiplyAdd(x, b0, c30)
    c31 = multiplyAdd(x, b1, c31)
    x = v128.load32_splat(a, 16)
    c40 = multiplyAdd(x, b0, c40)
    c41 = multiplyAdd(x, b1, c41)
    x = v128.load32_splat(a, 20)
    c50 = multiplyAdd(x, b0, c50)
    c51 = multiplyAdd(x, b1, c51)
    a += 24
    b += 32
  }
  putRow(c, c00, c01, accumulate)
  c += rowBytes
  putRow(c, c10, c11, accumulate)
  c += rowBytes
  putRow(c, c20, c21, accumulate)
  c += rowBytes
  putRow(c, c30, c31, accumulate)
  c += rowBytes
  putRow(c, c40, c41, accumulate)
  c += rowBytes
  putRow(c, c50, c51, accumulate)
}

function putRow(c: usize, c0: v128, c1: v128, accumulate: bool): void {
  if (accumulate) {
    c0 = f32x4.add(v128.load(c), c0)
    c1 = f32x4.add(v128.load(c, 16), c1)
  }
  v128.store(c, c0)
  v128.store(c, c1, 16)
}
