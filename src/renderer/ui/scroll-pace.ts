/** Steps further back say nothing of how fast it moves now. */
const memoryMs = 120
/** A pair of frames alone may come unevenly. */
const mostSteps = 4
/**
 * In sight for less than this, two frames or so, nothing is seen, and no picture arrives. Apart, so that an uneven step does
 * not make it change between the two.
 */
const tooShortMs = 35
const longEnoughMs = 50

interface Step {
  readonly atMs: number
  readonly offsetPx: number
}

/** Whether a view is scrolled so fast that what comes in sight is gone before it could be seen. */
export class ScrollPace {
  #steps: readonly Step[] = []
  #isPassing = false

  /** The view is somewhere else now; a single step, however long, is a jump and does not pass anything. */
  step(atMs: number, offsetPx: number, viewportPx: number): boolean {
    // Several steps of one frame are one.
    const earlier = this.#steps.filter((step) => step.atMs < atMs && atMs - step.atMs <= memoryMs)
    const recent = earlier.slice(1 - mostSteps)
    this.#steps = [...recent, { atMs, offsetPx }]
    const inSightMs = timeInSight(this.#steps, viewportPx)
    this.#isPassing = inSightMs < (this.#isPassing ? longEnoughMs : tooShortMs)
    return this.#isPassing
  }

  rest(): void {
    this.#steps = []
    this.#isPassing = false
  }
}

/** How long a point takes through the view at the pace of some steps, in ms; infinite for a single one. */
function timeInSight(steps: readonly Step[], viewportPx: number): number {
  const [first, ...others] = steps
  const last = others.at(-1)
  if (first === undefined || last === undefined) return Number.POSITIVE_INFINITY
  let distancePx = 0
  let before = first
  for (const step of others) {
    distancePx += Math.abs(step.offsetPx - before.offsetPx)
    before = step
  }
  return distancePx === 0 ? Number.POSITIVE_INFINITY : (viewportPx * (last.atMs - first.atMs)) / distancePx
}
