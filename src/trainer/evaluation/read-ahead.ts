export interface ReadAheadOptions {
  /** Reads that run at once. */
  readonly concurrency: number
  /** Results that wait, finished or not, beyond the one that was asked for. */
  readonly ahead: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Yields `read(item)` for each item, in order, with reads already under way for the items that follow, so that whoever
 * takes the results does not wait for the disk and the decoder. Leaving the loop lets the started reads run out.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  read: (item: T) => Promise<R>,
  { concurrency, ahead, signal }: ReadAheadOptions,
): AsyncGenerator<R, void, undefined> {
  const source = items[Symbol.iterator]()
  const waiting: Promise<R>[] = []
  let running = 0
  let ended = false

  const start = () => {
    while (!ended && running < concurrency && waiting.length <= ahead) {
      const next = source.next()
      if (next.done === true) {
        ended = true
        return
      }
      running += 1
      const result = read(next.value).finally(() => {
        running -= 1
        start()
      })
      // Its error is thrown where the result is taken; until then it must not count as unhandled.
      result.catch(() => undefined)
      waiting.push(result)
    }
  }

  try {
    for (;;) {
      signal?.throwIfAborted()
      start()
      const first = waiting.shift()
      if (first === undefined) return
      yield await first
    }
  } finally {
    ended = true
  }
}
