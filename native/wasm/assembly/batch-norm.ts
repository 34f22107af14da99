import { multiplyAdd } from './arithmetic'
import { argument, floatArgument, takeChunk } from './threads'

/*
 * Batch normalisation over the rows of x [rows][channels]. Rows are summed in chunks whose size depends on the shape
 * alone, and the chunks are joined in their order, so the result does not depend on the number of threads.
 *
 * Arguments of every operation here, where it uses them: 0 x, 1 y, 2 dy, 3 dx, 4 rows, 5 channels, 6 rows a chunk, 7 partial
 * sums [chunk][2][channels], 8 gamma, 9 beta, 10 mean, 11 variance, 12 inverse deviation, 13 coefficients [3][channels], 14
 * whether a ReLU follows, 15 dgamma, 16 dbeta, 17 epsilon.
 */

/** Channels that one chunk of a `join` operation works on. */
export const channelsAtOnce: i32 = 64

function partialOf(chunk: i32): usize {
  return argument(7) + <usize>chunk * argument(5) * 8
}

/** The mean and the sum of squared differences from it, of each chunk of rows. */
export function statistics(): void {
  const channels = <i32>argument(5)
  const rowBytes = (<usize>channels) << 2
  const rowsAtOnce = <i32>argument(6)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk * rowsAtOnce
    const count = min(rowsAtOnce, <i32>argument(4) - first)
    const x = argument(0) + <usize>first * rowBytes
    const means = partialOf(chunk)
    const squares = means + rowBytes
    memory.fill(means, 0, rowBytes * 2)
    sumRows(x, count, rowBytes, means)
    scale(means, rowBytes, 1 / <f32>count)
    sumSquares(x, count, rowBytes, means, squares)
  }
}

function sumRows(x: usize, count: i32, rowBytes: usize, sums: usize): void {
  let row = 0
  for (; row + 4 <= count; row += 4, x += rowBytes << 2) {
    let offset: usize = 0
    for (; offset + 16 <= rowBytes; offset += 16) {
      const at = x + offset
      const low = f32x4.add(v128.load(at), v128.load(at + rowBytes))
      const high = f32x4.add(v128.load(at + rowBytes * 2), v128.load(at + rowBytes * 3))
      v128.store(sums + offset, f32x4.add(v128.load(sums + offset), f32x4.add(low, high)))
    }
    for (; offset < rowBytes; offset += 4) {
      const at = x + offset
      const low = load<f32>(at) + load<f32>(at + rowBytes)
      const high = load<f32>(at + rowBytes * 2) + load<f32>(at + rowBytes * 3)
      store<f32>(sums + offset, load<f32>(sums + offset) + (low + high))
    }
  }
  for (; row < count; row++, x += rowBytes) {
    for (let offset: usize = 0; offset < rowBytes; offset += 4) {
      store<f32>(sums + offset, load<f32>(sums + offset) + load<f32>(x + offset))
    }
  }
}

function scale(values: usize, bytes: usize, factor: f32): void {
  for (let offset: usize = 0; offset < bytes; offset += 4) {
    store<f32>(values + offset, load<f32>(values + offset) * factor)
  }
}

function sumSquares(x: usize, count: i32, rowBytes: usize, means: usize, sums: usize): void {
  let row = 0
  for (; row + 2 <= count; row += 2, x += rowBytes << 1) {
    let offset: usize = 0
    for (; offset + 16 <= rowBytes; offset += 16) {
      const mean = v128.load(means + offset)
      const a = f32x4.sub(v128.load(x + offset), mean)
      const b = f32x4.sub(v128.load(x + rowBytes + offset), mean)
      const both = multiplyAdd(a, a, f32x4.mul(b, b))
      v128.store(sums + offset, f32x4.add(v128.load(sums + offset), both))
    }
    for (; offset < rowBytes; offset += 4) {
      addSquare(x + offset, means + offset, sums + offset)
      addSquare(x + rowBytes + offset, means + offset, sums + offset)
    }
  }
  if (row < count) {
    for (let offset: usize = 0; offset < rowBytes; offset += 4) addSquare(x + offset, means + offset, sums + offset)
  }
}

function addSquare(x: usize, mean: usize, sum: usize): void {
  const difference = load<f32>(x) - load<f32>(mean)
  store<f32>(sum, load<f32>(sum) + difference * difference)
}

/** Joins the chunks' means and squares (Chan, Golub and LeVeque 1979); gives what `normalise` multiplies and adds. */
export function joinStatistics(): void {
  const channels = <i32>argument(5)
  const rowsAtOnce = <i32>argument(6)
  const rows = <i32>argument(4)
  const rowBytes = (<usize>channels) << 2
  for (let group = takeChunk(); group >= 0; group = takeChunk()) {
    const last = min((group + 1) * channelsAtOnce, channels)
    for (let channel = group * channelsAtOnce; channel < last; channel++) {
      const offset = (<usize>channel) << 2
      let mean: f64 = 0
      let squares: f64 = 0
      let partial = argument(7) + offset
      for (let first = 0; first < rows; first += rowsAtOnce, partial += rowBytes * 2) {
        const fresh = <f64>min(rowsAtOnce, rows - first)
        const total = <f64>first + fresh
        const difference = <f64>load<f32>(partial) - mean
        mean += (difference * fresh) / total
        squares += <f64>load<f32>(partial + rowBytes) + (difference * difference * <f64>first * fresh) / total
      }
      const variance = squares / <f64>rows
      const inverse = 1 / Math.sqrt(variance + <f64>floatArgument(17))
      const factor = inverse * <f64>load<f32>(argument(8) + offset)
      store<f32>(argument(10) + offset, <f32>mean)
      store<f32>(argument(11) + offset, <f32>variance)
      store<f32>(argument(12) + offset, <f32>inverse)
      store<f32>(argument(13) + offset, <f32>factor)
      store<f32>(argument(13) + rowBytes + offset, <f32>(<f64>load<f32>(argument(9) + offset) - mean * factor))
    }
  }
}

/** y = x * coefficient 0 + coefficient 1, cut below zero when a ReLU follows. */
export function normalise(): void {
  const rowBytes = argument(5) << 2
  const rowsAtOnce = <i32>argument(6)
  const floor = f32x4.splat(argument(14) !== 0 ? 0 : -Infinity)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk * rowsAtOnce
    const last = min(first + rowsAtOnce, <i32>argument(4))
    let x = argument(0) + <usize>first * rowBytes
    let y = argument(1) + <usize>first * rowBytes
    for (let row = first; row < last; row++, x += rowBytes, y += rowBytes) {
      let factor = argument(13)
      let offset: usize = 0
      for (; offset + 16 <= rowBytes; offset += 16, factor += 16) {
        const value = multiplyAdd(v128.load(x + offset), v128.load(factor), v128.load(factor + rowBytes))
        v128.store(y + offset, f32x4.max(value, floor))
      }
      for (; offset < rowBytes; offset += 4, factor += 4) {
        const value = load<f32>(x + offset) * load<f32>(factor) + load<f32>(factor + rowBytes)
        store<f32>(y + offset, max<f32>(value, f32x4.extract_lane(floor, 0)))
      }
    }
  }
}

/** The sums of dy and of dy (x - mean), of each chunk of rows; dy counts only where y > 0 when a ReLU followed. */
export function gradientSums(): void {
  const rowBytes = argument(5) << 2
  const rowsAtOnce = <i32>argument(6)
  const means = argument(10)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk * rowsAtOnce
    const last = min(first + rowsAtOnce, <i32>argument(4))
    const start = <usize>first * rowBytes
    let x = argument(0) + start
    let dy = argument(2) + start
    // Without a ReLU the comparison with y is replaced by one that always holds.
    const masked = argument(14) !== 0
    let y = masked ? argument(1) + start : x
    const floor = f32x4.splat(masked ? 0 : -Infinity)
    const sums = partialOf(chunk)
    const products = sums + rowBytes
    memory.fill(sums, 0, rowBytes * 2)
    for (let row = first; row < last; row++, x += rowBytes, dy += rowBytes, y += rowBytes) {
      let offset: usize = 0
      for (; offset + 16 <= rowBytes; offset += 16) {
        const g = v128.and(v128.load(dy + offset), f32x4.gt(v128.load(y + offset), floor))
        const centred = f32x4.sub(v128.load(x + offset), v128.load(means + offset))
        v128.store(sums + offset, f32x4.add(v128.load(sums + offset), g))
        v128.store(products + offset, multiplyAdd(g, centred, v128.load(products + offset)))
      }
      for (; offset < rowBytes; offset += 4) {
        if (masked && load<f32>(y + offset) <= 0) continue
        const g = load<f32>(dy + offset)
        store<f32>(sums + offset, load<f32>(sums + offset) + g)
        const centred = load<f32>(x + offset) - load<f32>(means + offset)
        store<f32>(products + offset, load<f32>(products + offset) + g * centred)
      }
    }
  }
}

/**
 * dbeta and dgamma, and the coefficients of dx = a dy + b x + c, which is
 * gamma / deviation * (dy - dbeta / rows - normalised x * dgamma / rows) taken apart.
 */
export function joinGradient(): void {
  const channels = <i32>argument(5)
  const rows = <i32>argument(4)
  const rowsAtOnce = <i32>argument(6)
  const rowBytes = (<usize>channels) << 2
  for (let group = takeChunk(); group >= 0; group = takeChunk()) {
    const last = min((group + 1) * channelsAtOnce, channels)
    for (let channel = group * channelsAtOnce; channel < last; channel++) {
      const offset = (<usize>channel) << 2
      let sum: f64 = 0
      let products: f64 = 0
      let partial = argument(7) + offset
      for (let first = 0; first < rows; first += rowsAtOnce, partial += rowBytes * 2) {
        sum += <f64>load<f32>(partial)
        products += <f64>load<f32>(partial + rowBytes)
      }
      const inverse = <f64>load<f32>(argument(12) + offset)
      const dgamma = products * inverse
      const a = inverse * <f64>load<f32>(argument(8) + offset)
      const b = (-a * inverse * dgamma) / <f64>rows
      const c = (-a * sum) / <f64>rows - b * <f64>load<f32>(argument(10) + offset)
      store<f32>(argument(15) + offset, <f32>dgamma)
      store<f32>(argument(16) + offset, <f32>sum)
      store<f32>(argument(13) + offset, <f32>a)
      store<f32>(argument(13) + rowBytes + offset, <f32>b)
      store<f32>(argument(13) + rowBytes * 2 + offset, <f32>c)
    }
  }
}

/** dx from the coefficients of `joinGradient`. */
export function inputGradient(): void {
  const rowBytes = argument(5) << 2
  const rowsAtOnce = <i32>argument(6)
  const masked = argument(14) !== 0
  const floor = f32x4.splat(masked ? 0 : -Infinity)
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const first = chunk * rowsAtOnce
    const last = min(first + rowsAtOnce, <i32>argument(4))
    const start = <usize>first * rowBytes
    let x = argument(0) + start
    let dy = argument(2) + start
    let y = masked ? argument(1) + start : x
    let dx = argument(3) + start
    for (let row = first; row < last; row++, x += rowBytes, dy += rowBytes, y += rowBytes, dx += rowBytes) {
      let a = argument(13)
      let offset: usize = 0
      for (; offset + 16 <= rowBytes; offset += 16, a += 16) {
        const g = v128.and(v128.load(dy + offset), f32x4.gt(v128.load(y + offset), floor))
        const rest = multiplyAdd(v128.load(x + offset), v128.load(a + rowBytes), v128.load(a + rowBytes * 2))
        v128.store(dx + offset, multiplyAdd(g, v128.load(a), rest))
      }
      for (; offset < rowBytes; offset += 4, a += 4) {
        const g: f32 = masked && load<f32>(y + offset) <= 0 ? 0 : load<f32>(dy + offset)
        const rest = load<f32>(x + offset) * load<f32>(a + rowBytes) + load<f32>(a + rowBytes * 2)
        store<f32>(dx + offset, g * load<f32>(a) + rest)
      }
    }
  }
}
