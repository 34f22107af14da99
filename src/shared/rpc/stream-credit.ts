import { streamWindow } from './wire.ts'

/** How many events the reader of a stream has room for. */
export interface StreamCredit {
  add(count: number): void
  /** Waits for room and uses it; false when the stream was aborted instead. */
  take(): Promise<boolean>
}

export function createStreamCredit(signal: AbortSignal): StreamCredit {
  let left = streamWindow
  let wake: (() => void) | undefined
  signal.addEventListener('abort', () => wake?.(), { once: true })
  return {
    add: (count) => {
      // A reader that grants more than it was sent would switch the limit off.
      left = Math.min(left + count, streamWindow)
      wake?.()
    },
    async take() {
      while (left === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
      if (signal.aborted) return false
      left -= 1
      return true
    },
  }
}

/**
 * The iterator's next step, or undefined as soon as the signal aborts: a producer that waits for its next event looks at
 * no flag. The listener goes away with each step, which a shared promise in Promise.race would not allow.
 */
export function nextUnlessAborted<T>(
  iterator: AsyncIterator<T>,
  signal: AbortSignal,
): Promise<IteratorResult<T> | undefined> {
  if (signal.aborted) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}
