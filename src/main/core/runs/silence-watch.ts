/** Notices when a process that should report says nothing for long. Times are milliseconds of any clock. */
export interface SilenceWatch {
  hear(nowMs: number): void
  /** To be asked a few times a second. True once for each silence, or each time with `tellAgain`. */
  isTooLong(nowMs: number, options: { readonly tellAgain: boolean }): boolean
}

const silenceMaxMs = 30_000
/** What a slow device has been silent for before is usual for it. */
const usualFactor = 4
/** A longer time between two questions was not silence: the machine slept, or this process was busy. */
const askedAtLeastEveryMs = 5_000

export function createSilenceWatch(startMs: number): SilenceWatch {
  let askedMs = startMs
  let silentMs = 0
  let longestMs = 0
  let isTold = false

  function count(nowMs: number): void {
    silentMs += Math.min(Math.max(0, nowMs - askedMs), askedAtLeastEveryMs)
    askedMs = nowMs
  }

  return {
    hear(nowMs) {
      count(nowMs)
      longestMs = Math.max(longestMs, silentMs)
      silentMs = 0
      isTold = false
    },
    isTooLong(nowMs, { tellAgain }) {
      count(nowMs)
      if (silentMs < Math.max(silenceMaxMs, usualFactor * longestMs) || (isTold && !tellAgain)) return false
      isTold = true
      return true
    },
  }
}
