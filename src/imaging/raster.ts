/** Decoded pixels: 8-bit sRGB, rows from the top, three values a pixel. */
export interface Raster {
  readonly values: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}
