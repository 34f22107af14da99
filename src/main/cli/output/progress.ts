import { formatCount, formatPercent, formatRate, formatTimeLeft } from './quantities.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressState {
  /** What is being done, such as "Reading images". */
  readonly what: string
  readonly done: number
  /** Null while it is not known. */
  readonly total: number | null
  /** What is counted, in the plural; "bytes" are shown as megabytes. */
  readonly unit: string
  /** Measured here where it is not given. */
  readonly perSecond?: number | null
  readonly secondsLeft?: number | null
  /** More to say, such as the loss. */
  readonly detail?: string
}

export interface Progress {
  update(state: ProgressState): void
  /** Takes the line away. */
  end(): void
}

const drawIntervalMs = 100
/** In a pipe or a log, the first line comes after so long, and then one now and then. */
const plainIntervalMs = 10_000

/** One line that is drawn over on a terminal, plain lines now and then in a pipe; both on standard error. */
export function createProgress(terminal: Terminal, now: () => number): Progress {
  let what = ''
  let startedAtMs = 0
  let startedAt = 0
  let nextAtMs = 0
  const intervalMs = terminal.isInteractive ? drawIntervalMs : plainIntervalMs

  return {
    update: (state) => {
      const atMs = now()
      if (state.what !== what) {
        what = state.what
        startedAtMs = atMs
        startedAt = state.done
        nextAtMs = terminal.isInteractive ? atMs : Math.max(nextAtMs, atMs + plainIntervalMs)
      }
      if (atMs < nextAtMs) return
      nextAtMs = atMs + intervalMs
      const seconds = (atMs - startedAtMs) / 1000
      const perSecond = state.perSecond ?? (seconds > 0.5 ? (state.done - startedAt) / seconds : null)
      const line = describeProgress({ ...state, perSecond })
      if (terminal.isInteractive) terminal.draw(line)
      else terminal.note(line)
    },
    end: () => {
      what = ''
      terminal.draw(null)
    },
  }
}

export function describeProgress(state: ProgressState): string {
  const { what, done, total, unit, detail } = state
  const perSecond = state.perSecond ?? null
  const isBytes = unit === 'bytes'
  const amount = (count: number): string => (isBytes ? `${(count / 1e6).toFixed(1)} MB` : formatCount(count))
  const parts = [total === null ? `${what}: ${amount(done)}` : `${what}: ${amount(done)} of ${amount(total)}`]
  if (total !== null && total > 0) parts.push(formatPercent(done / total).replace(/\.\d/, ''))
  if (perSecond !== null && perSecond > 0) {
    parts.push(isBytes ? `${(perSecond / 1e6).toFixed(1)} MB/s` : `${formatRate(perSecond)} ${unit}/s`)
  }
  const secondsLeft =
    state.secondsLeft ?? (total !== null && perSecond !== null && perSecond > 0 ? (total - done) / perSecond : null)
  if (detail !== undefined && detail !== '') parts.push(detail)
  if (secondsLeft !== null && total !== null && done < total) parts.push(formatTimeLeft(secondsLeft))
  return parts.join(', ')
}
