import { multiplyAdd } from './arithmetic'
import { argument, floatArgument, takeChunk } from './threads'

/** Floats a chunk; a multiple of four. */
export const elementsAtOnce: i32 = 16384

const zero = f32x4.splat(0)

/** out = a + b. Arguments: 0 a, 1 b, 2 out, 3 count. Chunks: count / elementsAtOnce, here and below. */
export function add(): void {
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let a = argument(0) + offset
    let b = argument(1) + offset
    let out = argument(2) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, a += 16, b += 16, out += 16) {
      v128.store(out, f32x4.add(v128.load(a), v128.load(b)))
    }
    for (; i < end; i++, a += 4, b += 4, out += 4) store<f32>(out, load<f32>(a) + load<f32>(b))
  }
}

/** out = max(a + b, 0). Arguments as for add. */
export function addRelu(): void {
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let a = argument(0) + offset
    let b = argument(1) + offset
    let out = argument(2) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, a += 16, b += 16, out += 16) {
      v128.store(out, f32x4.max(f32x4.add(v128.load(a), v128.load(b)), zero))
    }
    for (; i < end; i++, a += 4, b += 4, out += 4) store<f32>(out, max<f32>(load<f32>(a) + load<f32>(b), 0))
  }
}

/** out = max(x, 0). Arguments: 0 x, 2 out, 3 count. */
export function relu(): void {
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let x = argument(0) + offset
    let out = argument(2) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, x += 16, out += 16) v128.store(out, f32x4.max(v128.load(x), zero))
    for (; i < end; i++, x += 4, out += 4) store<f32>(out, max<f32>(load<f32>(x), 0))
  }
}

/** out = dy where y > 0, else 0. Arguments: 0 dy, 1 y, 2 out, 3 count. */
export function reluGradient(): void {
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let dy = argument(0) + offset
    let y = argument(1) + offset
    let out = argument(2) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, dy += 16, y += 16, out += 16) {
      v128.store(out, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)))
    }
    for (; i < end; i++, dy += 4, y += 4, out += 4) store<f32>(out, load<f32>(y) > 0 ? load<f32>(dy) : 0)
  }
}

/**
 * One step of SGD, in place.
 * Arguments: 0 parameter, 1 gradient, 2 momentum buffer or 0, 3 count, 4 learning rate, 5 gradient scale, 6 weight decay,
 * 7 momentum.
 */
export function sgd(): void {
  const rate = f32x4.splat(-floatArgument(4))
  const scale = f32x4.splat(floatArgument(5))
  const decay = f32x4.splat(floatArgument(6))
  const momentum = f32x4.splat(floatArgument(7))
  const hasBuffer = argument(2) !== 0
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let parameter = argument(0) + offset
    let gradient = argument(1) + offset
    let buffer = argument(2) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, parameter += 16, gradient += 16, buffer += 16) {
      const p = v128.load(parameter)
      let d = multiplyAdd(decay, p, f32x4.mul(scale, v128.load(gradient)))
      if (hasBuffer) {
        d = multiplyAdd(momentum, v128.load(buffer), d)
        v128.store(buffer, d)
      }
      v128.store(parameter, multiplyAdd(rate, d, p))
    }
    for (; i < end; i++, parameter += 4, gradient += 4, buffer += 4) {
      const p = load<f32>(parameter)
      let d = floatArgument(6) * p + floatArgument(5) * load<f32>(gradient)
      if (hasBuffer) {
        d += floatArgument(7) * load<f32>(buffer)
        store<f32>(buffer, d)
      }
      store<f32>(parameter, p - floatArgument(4) * d)
    }
  }
}

/** The sum of several arrays, one below the other, in their order. Arguments: 0 arrays, 1 out, 2 arrays, 3 count. */
export function sumArrays(): void {
  const bytes = argument(3) << 2
  for (let chunk = takeChunk(); chunk >= 0; chunk = takeChunk()) {
    const offset = <usize>chunk * elementsAtOnce * 4
    const end = endOf(chunk, <i32>argument(3))
    let from = argument(0) + offset
    let out = argument(1) + offset
    let i = 0
    for (; i + 4 <= end; i += 4, from += 16, out += 16) {
      let sum = v128.load(from)
      for (let array = 1; array < <i32>argument(2); array++) {
        sum = f32x4.add(sum, v128.load(from + <usize>array * bytes))
      }
      v128.store(out, sum)
    }
    for (; i < end; i++, from += 4, out += 4) {
      let sum = load<f32>(from)
      for (let array = 1; array < <i32>argument(2); array++) sum += load<f32>(from + <usize>array * bytes)
      store<f32>(out, sum)
    }
  }
}

function endOf(chunk: i32, count: i32): i32 {
  return min(elementsAtOnce, count - chunk * elementsAtOnce)
}
