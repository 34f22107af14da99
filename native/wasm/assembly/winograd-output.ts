import { ceilDivide } from './arithmetic'
import { argument } from './threads'

/** A^T m A: the four outputs of a patch, of which those outside the image are left out. */
export function writeOutputs(index: i32, column: i32, width: i32, sums: usize, planeBytes: usize): void {
  const outputHeight = <i32>argument(9)
  const outputWidth = <i32>argument(10)
  const across = ceilDivide(outputWidth, 2)
  const down = ceilDivide(outputHeight, 2)
  const x = (index % across) * 2
  const y = ((index / across) % down) * 2
  const image = index / (across * down)
  const pixelBytes = argument(11) << 2
  const isWide = x + 1 < outputWidth
  const isHigh = y + 1 < outputHeight
  let to = argument(2) + <usize>((image * outputHeight + y) * outputWidth + x) * pixelBytes + ((<usize>column) << 2)
  const floor = f32x4.splat(argument(13) !== 0 ? 0 : -Infinity)
  const hasBias = argument(12) !== 0
  let biases = argument(12) + ((<usize>column) << 2)
  let beneath = to + <usize>outputWidth * pixelBytes
  for (let offset = 0; offset < width; offset += 4) {
    const bias = hasBias ? v128.load(biases) : f32x4.splat(0)

    const m00 = v128.load(sums + planeBytes * 0)
    const m10 = v128.load(sums + planeBytes * 4)
    const m20 = v128.load(sums + planeBytes * 8)
    const m30 = v128.load(sums + planeBytes * 12)
    const s00 = f32x4.add(f32x4.add(m00, m10), m20)
    const s10 = f32x4.sub(f32x4.sub(m10, m20), m30)
    const m01 = v128.load(sums + planeBytes * 1)
    const m11 = v128.load(sums + planeBytes * 5)
    const m21 = v128.load(sums + planeBytes * 9)
    const m31 = v128.load(sums + planeBytes * 13)
    const s01 = f32x4.add(f32x4.add(m01, m11), m21)
    const s11 = f32x4.sub(f32x4.sub(m11, m21), m31)
    const m02 = v128.load(sums + planeBytes * 2)
    const m12 = v128.load(sums + planeBytes * 6)
    const m22 = v128.load(sums + planeBytes * 10)
    const m32 = v128.load(sums + planeBytes * 14)
    const s02 = f32x4.add(f32x4.add(m02, m12), m22)
    const s12 = f32x4.sub(f32x4.sub(m12, m22), m32)
    const m03 = v128.load(sums + planeBytes * 3)
    const m13 = v128.load(sums + planeBytes * 7)
    const m23 = v128.load(sums + planeBytes * 11)
    const m33 = v128.load(sums + planeBytes * 15)
    const s03 = f32x4.add(f32x4.add(m03, m13), m23)
    const s13 = f32x4.sub(f32x4.sub(m13, m23), m33)
    v128.store(to, f32x4.max(f32x4.add(leftOf(s00, s01, s02), bias), floor))
    if (isWide) v128.store(to + pixelBytes, f32x4.max(f32x4.add(rightOf(s01, s02, s03), bias), floor))
    if (isHigh) {
      v128.store(beneath, f32x4.max(f32x4.add(leftOf(s10, s11, s12), bias), floor))
      if (isWide) v128.store(beneath + pixelBytes, f32x4.max(f32x4.add(rightOf(s11, s12, s13), bias), floor))
    }
    sums += 16
    to += 16
    beneath += 16
    biases += 16
  }
}

function leftOf(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.add(a, b), c)
}

function rightOf(b: v128, c: v128, d: v128): v128 {
  return f32x4.sub(f32x4.sub(b, c), d)
}
