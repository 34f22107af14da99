/** Names as safetensors has them. */
export type NumberFormat =
  'BOOL' | 'U8' | 'I8' | 'U16' | 'I16' | 'F16' | 'BF16' | 'U32' | 'I32' | 'F32' | 'U64' | 'I64' | 'F64'

export const bytesPerNumber: Readonly<Record<NumberFormat, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
}

const floats: readonly NumberFormat[] = ['F16', 'BF16', 'F32', 'F64']

/** True for the formats that weights come in; the others count or mark something. */
export function isFloat(format: NumberFormat): boolean {
  return floats.includes(format)
}

const one = new Float32Array(1)
const oneBits = new Uint32Array(one.buffer)

function floatOfBits(bits: number): number {
  oneBits[0] = bits
  return one[0] as number
}

/** IEEE 754 binary16 to a number, exactly. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The nearest binary16, ties to even, beyond 65504 infinity. */
export function toHalf(value: number): number {
  one[0] = value
  const bits = oneBits[0] as number
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 127
  const fraction = bits & 0x7fffff
  if (exponent === 128) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  if (exponent > 15) return sign | 0x7c00
  // Below 2^-14 the result has no implicit leading one: shift the whole significand further.
  const shift = exponent < -14 ? 13 + (-14 - exponent) : 13
  if (shift > 24) return sign
  const significand = exponent < -14 ? fraction | 0x800000 : fraction
  const kept = significand >>> shift
  const rest = significand & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const rounded = kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0)
  // A carry out of the fraction rightly raises the exponent.
  return sign | ((exponent < -14 ? 0 : (exponent + 15) << 10) + rounded)
}

let madeHalves: Float32Array | null = null

/** [65536]: what each binary16 is. Weights have millions of numbers, and a power of two for each takes its time. */
function allHalves(): Float32Array {
  return (madeHalves ??= Float32Array.from({ length: 0x10000 }, (_, half) => fromHalf(half)))
}

/** Little-endian floats of any format as float32; `bytes` starts at the first number. */
export function decodeFloats(bytes: Uint8Array, format: NumberFormat, count: number): Float32Array {
  if (format === 'F32') return new Float32Array(bytes.slice(0, count * 4).buffer)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float32Array(count)
  if (format === 'F16') {
    const halves = allHalves()
    for (let index = 0; index < count; index += 1) values[index] = halves[view.getUint16(index * 2, true)] as number
    return values
  }
  for (let index = 0; index < count; index += 1) {
    if (format === 'BF16') values[index] = floatOfBits(view.getUint16(index * 2, true) << 16)
    else values[index] = view.getFloat64(index * 8, true)
  }
  return values
}

/** Float32 numbers as little-endian bytes of binary16. */
export function encodeHalves(values: Float32Array): Uint8Array {
  const halves = new Uint16Array(values.length)
  for (let index = 0; index < values.length; index += 1) halves[index] = toHalf(values[index] as number)
  return new Uint8Array(halves.buffer)
}

/** Any number less itself is 0; NaN and infinity less themselves are NaN. Ten times faster than asking each number. */
export function isAllFinite(values: Float32Array): boolean {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number
    sum += value - value
  }
  return sum === 0
}
