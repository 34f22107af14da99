import type { Box } from './orientation.ts'
import type { Raster } from './raster.ts'
import { openResampleKernel, type ResampleKernel } from './resample-kernel.ts'

export interface ResampleOptions {
  /** Size of the whole result. */
  readonly widthPx: number
  readonly heightPx: number
  /** Only this part of the raster is looked at, as if it were all; all of it by default. */
  readonly box?: Box
  /** Only this part of the result is computed; all of it by default. */
  readonly window?: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  /** Rounding between the passes depends on their order; a picture that is turned later goes down first. */
  readonly verticalFirst?: boolean
}

/** Per output sample: which input samples count, and how much in 1/2^22. */
export interface Taps {
  readonly outputCount: number
  readonly first: Int32Array
  readonly count: Int32Array
  readonly weights: Int32Array
  /** Weights kept per output sample. */
  readonly stride: number
}

/** 8 bits of sample, 2 of headroom, the rest for the weights. */
export const weightBits = 22
const half = 1 << (weightBits - 1)

/**
 * Triangle filter with antialiasing in two passes of fixed-point arithmetic, rounded to 8 bits in between: what PIL calls
 * BILINEAR, to the bit, and so what torchvision does to PIL images.
 */
export function resampleTriangle(raster: Raster, options: ResampleOptions): Raster {
  if (kernel === undefined) kernel = openResampleKernel()
  return resampleWith(kernel, raster, options)
}

/** The kernel of this thread; null where it was never built. */
let kernel: ResampleKernel | null | undefined

/** With the compiled passes where they are given, which give the same bits. */
export function resampleWith(compiled: ResampleKernel | null, raster: Raster, options: ResampleOptions): Raster {
  const box = options.box ?? { left: 0, top: 0, width: raster.widthPx, height: raster.heightPx }
  const window = options.window ?? { left: 0, top: 0, width: options.widthPx, height: options.heightPx }
  const across = tapsOf(box.width, options.widthPx, window.left, window.width)
  const down = tapsOf(box.height, options.heightPx, window.top, window.height)
  const { verticalFirst = false } = options
  const made = compiled?.(raster, box, { across, down, verticalFirst }) ?? null
  if (made !== null) return made
  const part = options.box === undefined ? raster : partOf(raster, box)
  return verticalFirst
    ? resampleRows(resampleColumns(part, down), across)
    : resampleColumns(resampleRows(part, across), down)
}

function partOf({ values, widthPx }: Raster, { left, top, width, height }: Box): Raster {
  const part = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    const from = ((top + y) * widthPx + left) * 3
    part.set(values.subarray(from, from + width * 3), y * width * 3)
  }
  return { values: part, widthPx: width, heightPx: height }
}

/** Of `outputCount` samples, from the one called `from` on, when so many samples become `fullOutputCount`. */
export function tapsOf(inputCount: number, fullOutputCount: number, from: number, outputCount: number): Taps {
  const scale = inputCount / fullOutputCount
  const support = Math.max(scale, 1)
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(outputCount)
  const count = new Int32Array(outputCount)
  const weights = new Int32Array(outputCount * stride)
  const exact = new Float64Array(stride)
  const narrowing = 1 / support
  for (let output = 0; output < outputCount; output += 1) {
    const center = (from + output + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - support + 0.5))
    const end = Math.min(inputCount, Math.trunc(center + support + 0.5))
    let sum = 0
    for (let tap = 0; tap < end - start; tap += 1) {
      const distance = Math.abs((tap + start - center + 0.5) * narrowing)
      const weight = distance < 1 ? 1 - distance : 0
      exact[tap] = weight
      sum += weight
    }
    first[output] = start
    count[output] = end - start
    for (let tap = 0; tap < end - start; tap += 1) {
      weights[output * stride + tap] = Math.trunc(0.5 + ((exact[tap] as number) / sum) * (1 << weightBits))
    }
  }
  return { outputCount, first, count, weights, stride }
}

function resampleRows(raster: Raster, taps: Taps): Raster {
  const { values, widthPx, heightPx } = raster
  const { outputCount, first, count, weights, stride } = taps
  const result = new Uint8Array(outputCount * heightPx * 3)
  let to = 0
  for (let y = 0; y < heightPx; y += 1) {
    const row = y * widthPx * 3
    for (let x = 0; x < outputCount; x += 1) {
      let from = row + (first[x] as number) * 3
      const end = x * stride + (count[x] as number)
      let red = half
      let green = half
      let blue = half
      for (let tap = x * stride; tap < end; tap += 1) {
        const weight = weights[tap] as number
        red = (red + Math.imul(values[from] as number, weight)) | 0
        green = (green + Math.imul(values[from + 1] as number, weight)) | 0
        blue = (blue + Math.imul(values[from + 2] as number, weight)) | 0
        from += 3
      }
      result[to] = red >> weightBits
      result[to + 1] = green >> weightBits
      result[to + 2] = blue >> weightBits
      to += 3
    }
  }
  return { values: result, widthPx: outputCount, heightPx }
}

function resampleColumns(raster: Raster, taps: Taps): Raster {
  const { values, widthPx } = raster
  const { outputCount, first, count, weights, stride } = taps
  const rowLength = widthPx * 3
  const result = new Uint8Array(rowLength * outputCount)
  const sums = new Int32Array(rowLength)
  for (let y = 0; y < outputCount; y += 1) {
    sums.fill(half)
    for (let tap = 0; tap < (count[y] as number); tap += 1) {
      const weight = weights[y * stride + tap] as number
      const from = ((first[y] as number) + tap) * rowLength
      for (let index = 0; index < rowLength; index += 1) {
        sums[index] = ((sums[index] as number) + Math.imul(values[from + index] as number, weight)) | 0
      }
    }
    const to = y * rowLength
    for (let index = 0; index < rowLength; index += 1) result[to + index] = (sums[index] as number) >> weightBits
  }
  return { values: result, widthPx, heightPx: outputCount }
}
