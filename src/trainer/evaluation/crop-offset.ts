/**
 * Where the centre crop begins: half of what is cut away, halves rounded to the even number, as Python rounds and
 * therefore torchvision crops.
 */
export function cropOffsetPx(resizePx: number, cropPx: number): number {
  const half = (resizePx - cropPx) / 2
  const below = Math.floor(half)
  if (half === below) return half
  return below % 2 === 0 ? below : below + 1
}
