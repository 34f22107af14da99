import type { Raster } from '../raster.ts'

/**
 * Where a pixel's value comes from: x = ax + by + c, y = dx + ey + f, from the picture's middle; a, b, d and e are of pixels, c and f
 * of the picture's sides.
 */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** Turns the picture about its middle against the clock. */
export function rotation(degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  return [cosine, -sine, 0, sine, cosine, 0]
}

/** Moves each row sideways by `slope` times its distance from the middle row. */
export function slantAcross(slope: number): Matrix {
  return [1, slope, 0, 0, 1, 0]
}

/** Moves each column up or down by `slope` times its distance from the middle column. */
export function slantDown(slope: number): Matrix {
  return [1, 0, 0, slope, 1, 0]
}

/** Moves the picture by shares of its sides. */
export function shift(rightRatio: number, downRatio: number): Matrix {
  return [1, 0, -rightRatio, 0, 1, -downRatio]
}

/** The nearest pixel; what comes from outside of the picture is black, which says nothing about its class. */
export function warp(raster: Raster, [a, b, c, d, e, f]: Matrix): Raster {
  const { values: source, widthPx, heightPx } = raster
  const values = new Uint8Array(source.length)
  for (let y = 0; y < heightPx; y += 1) {
    const down = y + 0.5 - heightPx / 2
    for (let x = 0; x < widthPx; x += 1) {
      const right = x + 0.5 - widthPx / 2
      const fromX = Math.floor(a * right + b * down + c * widthPx + widthPx / 2)
      const fromY = Math.floor(d * right + e * down + f * heightPx + heightPx / 2)
      if (fromX < 0 || fromX >= widthPx || fromY < 0 || fromY >= heightPx) continue
      const to = (y * widthPx + x) * 3
      const from = (fromY * widthPx + fromX) * 3
      values[to] = source[from] as number
      values[to + 1] = source[from + 1] as number
      values[to + 2] = source[from + 2] as number
    }
  }
  return { ...raster, values }
}
