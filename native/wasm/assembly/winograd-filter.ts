import { ceilDivide } from './arithmetic'
import { argument, takeChunk } from './threads'
import { tileColumns } from './tile'

/**
 * The filter, transformed and packed as [plane][panel][channel][8].
 * Arguments: 0 first tap, 1 target, 2 channels, 3 columns, 4-6 strides of tap, channel and column in bytes (the first may be
 * negative). Chunks: panels.
 */
export function winogradFilter(): void {
  const channels = <i32>argument(2)
  const columns = <i32>argument(3)
  const planeBytes = (<usize>(ceilDivide(columns, tileColumns) * channels)) << 5
  const channelStride = argument(5)
  for (let panel = takeChunk(); panel >= 0; panel = takeChunk()) {
    let target = argument(1) + ((<usize>panel * channels) << 5)
    for (let half = 0; half < tileColumns; half += 4) {
      let source = argument(0) + <usize>(panel * tileColumns + half) * argument(6)
      for (let channel = 0; channel < channels; channel++, source += channelStride) {
        transformFilter(source, target + ((<usize>channel) << 5), planeBytes)
      }
      target += 16
    }
  }
}

/** Four columns of one tap. */
function tap(source: usize, index: i32): v128 {
  const at = source + <usize>index * argument(4)
  const stride = argument(6)
  if (stride === 4) return v128.load(at)
  return f32x4.replace_lane(
    f32x4.replace_lane(
      f32x4.replace_lane(v128.load32_zero(at), 1, load<f32>(at + stride)),
      2,
      load<f32>(at + stride * 2),
    ),
    3,
    load<f32>(at + stride * 3),
  )
}

function halfSum(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.add(a, b), c), f32x4.splat(0.5))
}

function halfDifference(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.sub(a, b), c), f32x4.splat(0.5))
}

/** G g G^T for four columns. */
function transformFilter(source: usize, target: usize, planeBytes: usize): void {
  const g00 = tap(source, 0)
  const g01 = tap(source, 1)
  const g02 = tap(source, 2)
  const g10 = tap(source, 3)
  const g11 = tap(source, 4)
  const g12 = tap(source, 5)
  const g20 = tap(source, 6)
  const g21 = tap(source, 7)
  const g22 = tap(source, 8)
  const t10 = halfSum(g00, g10, g20)
  const t20 = halfDifference(g00, g10, g20)
  const t11 = halfSum(g01, g11, g21)
  const t21 = halfDifference(g01, g11, g21)
  const t12 = halfSum(g02, g12, g22)
  const t22 = halfDifference(g02, g12, g22)
  transformRow(target, planeBytes, g00, g01, g02)
  target += planeBytes << 2
  transformRow(target, planeBytes, t10, t11, t12)
  target += planeBytes << 2
  transformRow(target, planeBytes, t20, t21, t22)
  target += planeBytes << 2
  transformRow(target, planeBytes, g20, g21, g22)
}

function transformRow(target: usize, planeBytes: usize, a: v128, b: v128, c: v128): void {
  v128.store(target, a)
  v128.store(target + planeBytes, halfSum(a, b, c))
  v128.store(target + planeBytes * 2, halfDifference(a, b, c))
  v128.store(target + planeBytes * 3, c)
}
