/** Lets a few tasks run at once. The newest of those that wait comes first: a person who scrolls wants what is shown now. */
export interface Turns {
  take<Result>(task: () => Promise<Result>): Promise<Result>
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  let runningCount = 0
  return {
    async take(task) {
      if (runningCount < atOnce) runningCount += 1
      else await new Promise<void>((start) => waiting.push(start))
      try {
        return await task()
      } finally {
        const next = waiting.pop()
        if (next === undefined) runningCount -= 1
        else next()
      }
    },
  }
}
