const intervalMs = 100

/** Says which progress to report: at most ten a second, and always the last. */
export function createProgressGate(
  now: () => number = () => performance.now(),
): (done: number, total: number) => boolean {
  let lastMs = -Infinity
  return (done, total) => {
    const atMs = now()
    if (done < total && atMs - lastMs < intervalMs) return false
    lastMs = atMs
    return true
  }
}
