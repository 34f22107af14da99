export interface HeatPixels {
  readonly widthPx: number
  readonly heightPx: number
  /** Red, green, blue and opacity, row by row. */
  readonly values: Uint8ClampedArray<ArrayBuffer>
}

/** Rows of 0..1 as a picture to lay over another: smooth between the values, clear where the network did not look. */
export function heatMapPixels(rows: readonly (readonly number[])[], sidePx: number): HeatPixels {
  const values = new Uint8ClampedArray(sidePx * sidePx * 4)
  for (let y = 0; y < sidePx; y += 1) {
    for (let x = 0; x < sidePx; x += 1) {
      const heat = valueAt(rows, (x + 0.5) / sidePx, (y + 0.5) / sidePx)
      values.set([...heatColour(heat), 255 * opacityOf(heat)], (y * sidePx + x) * 4)
    }
  }
  return { widthPx: sidePx, heightPx: sidePx, values }
}

/** Between the centres of the cells, both ways linearly; beyond the outer centres as they are. */
function valueAt(rows: readonly (readonly number[])[], xRatio: number, yRatio: number): number {
  const between = (values: readonly number[], ratio: number) => {
    const position = Math.min(values.length - 1, Math.max(0, ratio * values.length - 0.5))
    const [low, share] = [Math.floor(position), position % 1]
    return (values[low] ?? 0) * (1 - share) + (values[low + 1] ?? 0) * share
  }
  return between(
    rows.map((row) => between(row, xRatio)),
    yRatio,
  )
}

/** Faint heat does not tint the whole picture. */
function opacityOf(heat: number): number {
  return Math.min(1, heat * 1.25)
}

/**
 * From a dark violet over red to a bright yellow: lightness rises evenly with the heat, so that it reads the same in
 * grey and to colour-blind eyes.
 */
export function heatColour(heat: number): [red: number, green: number, blue: number] {
  const ratio = Math.min(1, Math.max(0, heat))
  return fromOklch(0.25 + 0.65 * ratio, 0.1 + 0.2 * ratio * (1 - ratio) + 0.05 * ratio, 300 + 165 * ratio)
}

/** Björn Ottosson's oklab to 8-bit sRGB. */
function fromOklch(lightness: number, chroma: number, hueDegrees: number): [number, number, number] {
  const hue = (hueDegrees * Math.PI) / 180
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function toByte(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear))
  const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
  return Math.round(255 * encoded)
}
