import type uPlot from 'uplot'
import { dashLengths, lineWidths, wholeTicks, type LineSeries } from './line-series.ts'

interface ChartInput {
  readonly series: readonly LineSeries[]
  /** Of the curves, in their order. */
  readonly colours: readonly string[]
  /** Of the element that holds the chart: its text and caret colours are those of the axes and the grid. */
  readonly style: CSSStyleDeclaration
  readonly size: { readonly width: number; readonly height: number }
  readonly xRange: readonly [number, number] | null
  readonly yRange: (least: number, most: number) => [number, number]
  readonly formatTick: (value: number, apart: number) => string
  /** Null when the pointer leaves. */
  readonly onHover: (x: number | null) => void
}

/** What the drawing library is told: whole epochs below, thin lines for the grid, no legend of its own. */
export function chartOptions(input: ChartInput): uPlot.Options {
  const { style, size, xRange, yRange, formatTick, onHover } = input
  const font = `12px ${style.fontFamily}`
  const axis = { stroke: style.color, font, ticks: { show: false } }
  return {
    ...size,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: (_chart, least, most) => rangeOf(xRange, least, most) },
      y: { range: (_chart, least, most) => yRange(least, most) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        splits: (chart) => wholeTicks(chart.scales['x']?.min ?? 0, chart.scales['x']?.max ?? 1),
        values: (_chart, splits) => splits.map(String),
      },
      {
        ...axis,
        size: 48,
        space: 36,
        grid: { stroke: style.caretColor, width: 1 },
        values: (...[, splits, , , apart]) => splits.map((split) => formatTick(split, apart)),
      },
    ],
    series: [{}, ...input.series.map((one, index) => seriesOptions(one, input.colours[index] ?? style.color))],
    hooks: {
      setCursor: [
        (chart) => {
          const { left } = chart.cursor
          onHover(left === undefined || left < 0 ? null : chart.posToVal(left, 'x'))
        },
      ],
    },
  }
}

function seriesOptions({ name, weight, dash }: LineSeries, colour: string): uPlot.Series {
  const isFaint = weight === 'faint'
  return {
    label: name,
    stroke: colour,
    alpha: isFaint ? 0.35 : 1,
    width: lineWidths[weight],
    dash: [...dashLengths[dash]],
    spanGaps: true,
    // A first epoch alone has no line yet.
    points: { show: !isFaint, size: weight === 'bold' ? 6 : 4, stroke: colour, fill: colour },
  }
}

function rangeOf(wanted: readonly [number, number] | null, least: number, most: number): [number, number] {
  const from = Math.min(wanted?.[0] ?? least, least)
  const to = Math.max(wanted?.[1] ?? most, most)
  return from === to ? [from - 0.5, to + 0.5] : [from, to]
}
