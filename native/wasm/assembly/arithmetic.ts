/** a * b + c, in one instruction where the engine has relaxed SIMD. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

export function ceilDivide(a: i32, b: i32): i32 {
  return (a + b - 1) / b
}
