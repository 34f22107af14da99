const budgetSeconds = 1
/** One alone may be the slow one. */
const stepsMin = 3

/**
 * What an image costs where each step looks at so many: the median of as many steps as fit into a second, and of three in any
 * case, after one that does not count: it compiles programs and takes memory, which is several times the work of a step.
 */
export async function secondsPerImage(images: number, signal: AbortSignal, step: () => Promise<void>): Promise<number> {
  await step()
  const seconds: number[] = []
  while (seconds.length < stepsMin || seconds.reduce((sum, one) => sum + one, 0) < budgetSeconds) {
    signal.throwIfAborted()
    seconds.push(await secondsOf(step))
  }
  // Of an even number the lower: what slows a step down is mostly something else that the machine does.
  const median = seconds.toSorted((a, b) => a - b)[Math.ceil(seconds.length / 2) - 1] ?? 0
  return median / images
}

async function secondsOf(step: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await step()
  return Math.max(1e-6, (performance.now() - startMs) / 1000)
}
