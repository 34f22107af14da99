import { argument, takeChunk } from './threads'

/**
 * The largest value of each window; what lies outside the image never wins.
 * Arguments: 0 x, 1 y, 2 height, 3 width, 4 channels, 5 output height, 6 output width, 7 window height, 8 window width,
 * 9 stride down, 10 stride across, 11 rows above, 12 columns before. Chunks: output rows over all images.
 */
export function maxPool(): void {
  const height = <i32>argument(2)
  const width = <i32>argument(3)
  const channels = <i32>argument(4)
  const outputHeight = <i32>argument(5)
  const outputWidth = <i32>argument(6)
  const pixelBytes = (<usize>channels) << 2
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const image = argument(0) + <usize>(chunk / outputHeight) * height * width * pixelBytes
    const top = (chunk % outputHeight) * <i32>argument(9) - <i32>argument(11)
    const firstY = max(top, 0)
    const lastY = min(top + <i32>argument(7), height)
    let y = argument(1) + <usize>chunk * outputWidth * pixelBytes
    for (let column = 0; column < outputWidth; column++, y += pixelBytes) {
      const left = column * <i32>argument(10) - <i32>argument(12)
      const firstX = max(left, 0)
      const lastX = min(left + <i32>argument(8), width)
      const window = image + <usize>(firstY * width + firstX) * pixelBytes
      largest(window, y, lastY - firstY, lastX - firstX, <usize>width * pixelBytes, pixelBytes)
    }
  }
}

function largest(window: usize, y: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  let offset: usize = 0
  for (; offset + 16 <= pixelBytes; offset += 16) {
    let best = f32x4.splat(-Infinity)
    for (let row = 0; row < rows; row++) {
      let x = window + <usize>row * rowBytes + offset
      for (let column = 0; column < columns; column++, x += pixelBytes) best = f32x4.max(best, v128.load(x))
    }
    v128.store(y + offset, best)
  }
  for (; offset < pixelBytes; offset += 4) {
    let best: f32 = -Infinity
    for (let row = 0; row < rows; row++) {
      let x = window + <usize>row * rowBytes + offset
      for (let column = 0; column < columns; column++, x += pixelBytes) best = max<f32>(best, load<f32>(x))
    }
    store<f32>(y + offset, best)
  }
}

/** Channels a chunk of the gradient: a cache line. */
export const channelsAtOnce: i32 = 16

/**
 * The gradient goes to the first of the largest values of a window, as in PyTorch.
 * Arguments: 0 dy, 13 x, 14 y, 1 dx, the others as for maxPool. Chunks: images * ceil(channels / channelsAtOnce).
 */
export function maxPoolGradient(): void {
  const height = <i32>argument(2)
  const width = <i32>argument(3)
  const channels = <i32>argument(4)
  const outputs = <i32>argument(5) * <i32>argument(6)
  const pixelBytes = (<usize>channels) << 2
  const groups = (channels + channelsAtOnce - 1) / channelsAtOnce
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const image = chunk / groups
    const first = (chunk % groups) * channelsAtOnce
    const count = min(channelsAtOnce, channels - first)
    const offset = (<usize>first) << 2
    const inputOffset = <usize>image * height * width * pixelBytes + offset
    const outputOffset = <usize>image * outputs * pixelBytes + offset
    clear(argument(1) + inputOffset, height * width, (<usize>count) << 2, pixelBytes)
    spread(inputOffset, outputOffset, count, pixelBytes)
  }
}

function clear(dx: usize, pixels: i32, bytes: usize, pixelBytes: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++, dx += pixelBytes) memory.fill(dx, 0, bytes)
}

function spread(inputOffset: usize, outputOffset: usize, channels: i32, pixelBytes: usize): void {
  const height = <i32>argument(2)
  const width = <i32>argument(3)
  const rowBytes = <usize>width * pixelBytes
  const x = argument(13) + inputOffset
  const dx = argument(1) + inputOffset
  let y = argument(14) + outputOffset
  let dy = argument(0) + outputOffset
  for (let outputY = 0; outputY < <i32>argument(5); outputY++) {
    const top = outputY * <i32>argument(9) - <i32>argument(11)
    const firstY = max(top, 0)
    const rows = min(top + <i32>argument(7), height) - firstY
    for (let outputX = 0; outputX < <i32>argument(6); outputX++, y += pixelBytes, dy += pixelBytes) {
      const left = outputX * <i32>argument(10) - <i32>argument(12)
      const firstX = max(left, 0)
      const columns = min(left + <i32>argument(8), width) - firstX
      const window = <usize>firstY * rowBytes + <usize>firstX * pixelBytes
      let channel = 0
      for (; channel + 4 <= channels; channel += 4) {
        const lane = (<usize>channel) << 2
        const at = window + lane
        spreadFour(x + at, dx + at, v128.load(y + lane), v128.load(dy + lane), rows, columns, rowBytes, pixelBytes)
      }
      for (; channel < channels; channel++) {
        const lane = (<usize>channel) << 2
        const at = window + lane
        spreadOne(x + at, dx + at, load<f32>(y + lane), load<f32>(dy + lane), rows, columns, rowBytes, pixelBytes)
      }
    }
  }
}

function spreadFour(
  x: usize,
  dx: usize,
  y: v128,
  dy: v128,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  pixelBytes: usize,
): void {
  const toNextRow = rowBytes - <usize>columns * pixelBytes
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isLargest = f32x4.eq(v128.load(x), y)
      v128.store(dx, f32x4.add(v128.load(dx), v128.and(dy, isLargest)))
      dy = v128.andnot(dy, isLargest)
      x += pixelBytes
      dx += pixelBytes
    }
    x += toNextRow
    dx += toNextRow
  }
}

function spreadOne(
  x: usize,
  dx: usize,
  y: f32,
  dy: f32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  pixelBytes: usize,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = <usize>row * rowBytes + <usize>column * pixelBytes
      if (load<f32>(x + at) !== y) continue
      store<f32>(dx + at, load<f32>(dx + at) + dy)
      return
    }
  }
}
