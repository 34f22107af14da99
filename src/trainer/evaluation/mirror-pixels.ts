/** The mirror image, left for right, of 8-bit pixels [sidePx, sidePx, 3]. */
export function mirrorPixels(values: Uint8Array, sidePx: number): Uint8Array {
  const mirrored = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at += 3) {
    const x = (at / 3) % sidePx
    const to = at + 3 * (sidePx - 1 - 2 * x)
    mirrored[to] = values[at] ?? 0
    mirrored[to + 1] = values[at + 1] ?? 0
    mirrored[to + 2] = values[at + 2] ?? 0
  }
  return mirrored
}
