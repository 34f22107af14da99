export interface LinePoint {
  readonly x: number
  readonly y: number
}

/** One curve. It is told by weight, dash and name, never by its colour alone. */
export interface LineSeries {
  readonly name: string
  /** A number is one of the class colours. */
  readonly tone: 'accent' | 'quiet' | number
  readonly weight: 'faint' | 'thin' | 'bold'
  readonly dash: 'solid' | 'dashed' | 'dotted'
  /** In order of x. */
  readonly points: readonly LinePoint[]
}

/** Faint curves are a backdrop: they are not read out. */
export const readable = (series: readonly LineSeries[]): LineSeries[] =>
  series.filter(({ weight }) => weight !== 'faint')

export const lineWidths = { faint: 1, thin: 1.25, bold: 2.5 } as const
export const dashLengths = { solid: [], dashed: [7, 4], dotted: [2, 3] } as const

/** All curves over the same places, with null where one has no point: what a chart on canvas takes. */
export function alignSeries(series: readonly LineSeries[]): { xs: number[]; ys: (number | null)[][] } {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b)
  const ys = series.map(({ points }) => {
    const byX = new Map(points.map(({ x, y }) => [x, y]))
    return xs.map((x) => byX.get(x) ?? null)
  })
  return { xs, ys }
}

/** Where values can be read: the places of the curves that are read out. */
export function readingPlaces(series: readonly LineSeries[]): number[] {
  return [...new Set(readable(series).flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b)
}

export function nearest(places: readonly number[], x: number): number | null {
  return places.reduce<number | null>(
    (best, place) => (best === null || Math.abs(place - x) < Math.abs(best - x) ? place : best),
    null,
  )
}

export const valueAt = ({ points }: LineSeries, x: number): number | null =>
  points.find((point) => point.x === x)?.y ?? null

/** Whole numbers from least to most, at most so many, in steps of 1, 2, 5, 10, 20 and so on. */
export function wholeTicks(least: number, most: number, countMax = 12): number[] {
  const from = Math.ceil(least)
  const to = Math.floor(most)
  let step = 1
  for (let index = 0; (to - from) / step + 1 > countMax; index += 1) {
    step = [1, 2, 5][(index + 1) % 3]! * 10 ** Math.floor((index + 1) / 3)
  }
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step)
}
