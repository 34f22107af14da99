import type { EpochMetrics } from '../../shared/domain/run.ts'
import { readable, type LinePoint, type LineSeries } from '../ui/line-series.ts'
import type { RunView } from './run-view.ts'

export interface CurveNames {
  readonly train: string
  readonly validation: string
  readonly batch: string
}

type Figure = 'trainLoss' | 'trainAccuracy' | 'validationLoss' | 'validationAccuracy'

export function pointsOf(epochs: readonly EpochMetrics[], figure: Figure): LinePoint[] {
  return epochs.flatMap((metrics) => {
    const y = metrics[figure]
    return y === null ? [] : [{ x: metrics.epoch, y }]
  })
}

/** Training thin, validation bold; behind them the loss of each batch, which moves before the first epoch ends. */
export function lossSeries({ epochs, batchLosses }: RunView, names: CurveNames): LineSeries[] {
  return [
    {
      name: names.batch,
      tone: 'quiet',
      weight: 'faint',
      dash: 'solid',
      points: batchLosses.map(({ epoch, loss }) => ({ x: epoch, y: loss })),
    },
    { name: names.train, tone: 'quiet', weight: 'thin', dash: 'dashed', points: pointsOf(epochs, 'trainLoss') },
    {
      name: names.validation,
      tone: 'accent',
      weight: 'bold',
      dash: 'solid',
      points: pointsOf(epochs, 'validationLoss'),
    },
  ]
}

export function accuracySeries({ epochs }: RunView, names: CurveNames): LineSeries[] {
  return [
    { name: names.train, tone: 'quiet', weight: 'thin', dash: 'dashed', points: pointsOf(epochs, 'trainAccuracy') },
    {
      name: names.validation,
      tone: 'accent',
      weight: 'bold',
      dash: 'solid',
      points: pointsOf(epochs, 'validationAccuracy'),
    },
  ]
}

/** One run of a comparison. */
export interface ComparedRun {
  readonly name: string
  readonly epochs: readonly EpochMetrics[]
}

/** Colours that stand out against both themes and stay apart. */
const comparedTones: readonly LineSeries['tone'][] = ['accent', 0, 10, 9, 8, 4]

/** As the textbook draws it: for each run the train loss dashed and the validation accuracy solid, over the epochs. */
export function comparedSeries(
  runs: readonly ComparedRun[],
  name: (run: string, figure: 'train-loss' | 'validation-accuracy') => string,
): LineSeries[] {
  const withEpochs = runs.filter(({ epochs }) => epochs.length > 0)
  return withEpochs.flatMap((run, index): LineSeries[] => {
    const tone = comparedTones[index % comparedTones.length] ?? 'quiet'
    return [
      {
        name: name(run.name, 'validation-accuracy'),
        tone,
        weight: 'bold',
        dash: 'solid',
        points: pointsOf(run.epochs, 'validationAccuracy'),
      },
      {
        name: name(run.name, 'train-loss'),
        tone,
        weight: 'thin',
        dash: 'dashed',
        points: pointsOf(run.epochs, 'trainLoss'),
      },
    ]
  })
}

/** What a single bad epoch may do to the axis: no more than this many times the usual value is shown. */
const outlierFactor = 4

/** The largest value worth an axis: an epoch in which the loss shot up must not press all others flat. */
export function usualMaximum(series: readonly LineSeries[]): number {
  const values = readable(series)
    .flatMap(({ points }) => points.map(({ y }) => y))
    .sort((a, b) => a - b)
  const median = values[Math.floor(values.length / 2)] ?? 0
  return Math.min(values.at(-1) ?? 0, median * outlierFactor)
}

/** From nothing to a little above the usual largest: a loss has no upper end. Batches count until an epoch has ended. */
export function lossRange(series: readonly LineSeries[], most: number): [number, number] {
  const top = usualMaximum(series) || most
  return [0, Number.isFinite(top) && top > 0 ? top * 1.08 : 1]
}

/** Up to all right, from the tenth below the worst: differences between good runs are small. */
export function accuracyRange(least: number, _most: number): [number, number] {
  return [Number.isFinite(least) ? Math.max(0, Math.floor(least * 10 - 0.001) / 10) : 0, 1]
}

/** How many digits after the point a tick needs where they stand so far apart. */
export function digitsApart(apart: number): number {
  const isWhole = (digits: number) => Math.abs(apart * 10 ** digits - Math.round(apart * 10 ** digits)) < 1e-6
  return [0, 1, 2, 3, 4, 5].find(isWhole) ?? 6
}

/** Ratios and losses on one axis. */
export function comparedRange(series: readonly LineSeries[]): [number, number] {
  const losses = series.filter(({ dash }) => dash === 'dashed')
  return [0, Math.max(1, usualMaximum(losses) * 1.05)]
}
