const budgetSeconds = 1
/** One alone may be the slow one. */
const stepsMin = 2

/**
 * What an image costs where each step looks at so many: as many steps as fit into a second, and two in any case, after one
 * that does not count: it compiles programs and takes memory, which is several times the work of a step.
 */
export async function secondsPerImage(images: number, signal: AbortSignal, step: () => Promise<void>): Promise<number> {
  await step()
  let [total, count] = [0, 0]
  while (count < stepsMin || total < budgetSeconds) {
    signal.throwIfAborted()
    total += await secondsOf(step)
    count += 1
  }
  return total / count / images
}

async function secondsOf(step: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await step()
  return Math.max(1e-6, (performance.now() - startMs) / 1000)
}
