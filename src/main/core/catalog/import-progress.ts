const betweenEventsMs = 100
/** The rate is that of the latest part, so that it follows when the files become larger. */
const rateWindowMs = 10_000

export interface Progress {
  /** True about ten times a second. */
  isDue(): boolean
  rate(
    done: number,
    total: number,
  ): { readonly done: number; readonly filesPerSecond: number | null; readonly secondsLeft: number | null }
}

export function createProgress(clock: () => number = () => performance.now()): Progress {
  let toldAtMs = Number.NEGATIVE_INFINITY
  const points: { readonly atMs: number; readonly done: number }[] = []
  return {
    isDue() {
      const nowMs = clock()
      if (nowMs - toldAtMs < betweenEventsMs) return false
      toldAtMs = nowMs
      return true
    },
    rate(done, total) {
      const nowMs = clock()
      points.push({ atMs: nowMs, done })
      while (points.length > 2 && nowMs - (points[0]?.atMs ?? nowMs) > rateWindowMs) points.shift()
      const first = points[0]
      const seconds = first === undefined ? 0 : (nowMs - first.atMs) / 1000
      const filesPerSecond = first === undefined || seconds < 0.5 ? null : (done - first.done) / seconds
      const isMoving = filesPerSecond !== null && filesPerSecond > 0
      return { done, filesPerSecond, secondsLeft: isMoving ? (total - done) / filesPerSecond : null }
    },
  }
}
