import type { RunPhase, TrainerEvent } from '../../shared/domain/run.ts'

/** Turns work done into `step` events, at most ten a second, with the rate and the time left. */
export interface Progress {
  /** Null where the last event is too recent; the last one of the phase always comes. */
  step(done: number, training?: TrainingFigures): TrainerEvent | null
}

/** What a training step adds to its event. */
export interface TrainingFigures {
  readonly loss: number | null
  readonly learningRate: number
}

export interface ProgressOptions {
  readonly phase: RunPhase
  /** Images to go through, over all epochs; what a resumed run has behind it counts as `done` from the start. */
  readonly total: number
  readonly done?: number
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

const intervalMs = 100
/** The rate is that of the latest so many milliseconds. */
const windowMs = 20_000

export function createProgress({ phase, total, done: start = 0, now }: ProgressOptions): Progress {
  let marks: { readonly atMs: number; readonly done: number }[] = [{ atMs: now(), done: start }]
  let lastMs = -Infinity
  return {
    step(done, training) {
      const atMs = now()
      if (atMs - lastMs < intervalMs && done < total) return null
      lastMs = atMs
      // One mark from before the window stays, so that a slow device has a rate too.
      const outside = marks.findLastIndex((mark) => atMs - mark.atMs > windowMs)
      marks = [...marks.slice(Math.max(0, outside)), { atMs, done }]
      const first = marks[0] ?? { atMs, done }
      const perSecond = atMs > first.atMs ? ((done - first.done) * 1000) / (atMs - first.atMs) : null
      const secondsLeft = perSecond !== null && perSecond > 0 ? (total - done) / perSecond : null
      return {
        kind: 'step',
        phase,
        done,
        total,
        loss: training?.loss ?? null,
        imagesPerSecond: perSecond,
        secondsLeft,
        learningRate: training?.learningRate ?? null,
      }
    },
  }
}
