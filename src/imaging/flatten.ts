/** Pixels without the channel that was taken out of them. */
export interface Flattened {
  readonly values: Uint8Array
  readonly isTransparent: boolean
}

/** Lays RGBA on white, rounding as PIL's alpha_composite does; libvips rounds down, half a level darker on average. */
export function rgbOnWhite(rgba: Uint8Array): Flattened {
  const pixelCount = rgba.length / 4
  const values = new Uint8Array(pixelCount * 3)
  let isTransparent = false
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    const alpha = rgba[pixel * 4 + 3] as number
    if (alpha !== 255) isTransparent = true
    for (let channel = 0; channel < 3; channel += 1) {
      const level = rgba[pixel * 4 + channel] as number
      values[pixel * 3 + channel] = alpha === 255 ? level : Math.round((level * alpha + 255 * (255 - alpha)) / 255)
    }
  }
  return { values, isTransparent }
}

/**
 * Each ink takes its share of the light: R = (255 - C)(255 - K) / 255, rounded. A fifth channel, which some TIFF files
 * have, is left out.
 */
export function rgbOfCmyk(cmyk: Uint8Array, channels: number): Flattened {
  const pixelCount = cmyk.length / channels
  const values = new Uint8Array(pixelCount * 3)
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    const light = 255 - (cmyk[pixel * channels + 3] as number)
    for (let channel = 0; channel < 3; channel += 1) {
      values[pixel * 3 + channel] = Math.round(((255 - (cmyk[pixel * channels + channel] as number)) * light) / 255)
    }
  }
  return { values, isTransparent: false }
}
