/** A function of many variables and its gradient at one point. */
export interface Evaluated {
  readonly value: number
  readonly gradient: Float64Array
}

export interface MinimiseOptions {
  readonly maxIterations: number
  /** Done when no component of the gradient is larger. */
  readonly gradientTolerance: number
  /** Done when an iteration brings less, as a share of the value: the rest is rounding. */
  readonly relativeDecreaseMin: number
}

export interface Minimum {
  readonly point: Float64Array
  readonly value: number
  readonly iterations: number
}

/** Pairs of steps and gradient changes that stand for the curvature. */
const historyLength = 12
/** Share of the decrease that the slope promises which a step has to bring (Armijo). */
const sufficientDecrease = 1e-4
/** Halvings of a step before a direction counts as exhausted. */
const lineSearchAttempts = 16

/**
 * Minimises a smooth convex function by L-BFGS with a backtracking line search (Nocedal and Wright, Numerical
 * Optimization, algorithms 7.4 and 3.1). Deterministic. Yields the value after each iteration.
 */
export async function* minimise(
  evaluate: (point: Float64Array) => Promise<Evaluated>,
  start: Float64Array,
  options: MinimiseOptions,
): AsyncGenerator<number, Minimum> {
  let point: Float64Array = start.slice()
  let current = await evaluate(point)
  const history: CurvaturePair[] = []
  let iteration = 0
  for (; iteration < options.maxIterations; iteration += 1) {
    if (largest(current.gradient) <= options.gradientTolerance) break
    const direction = descentDirection(current.gradient, history)
    const next = await searchLine(evaluate, { point, current, direction, first: history.length === 0 })
    if (next === null) break
    const step = difference(next.point, point)
    const change = difference(next.evaluated.gradient, current.gradient)
    const curvature = dot(step, change)
    if (curvature > 1e-12 * dot(change, change)) {
      history.push({ step, change, curvature })
      if (history.length > historyLength) history.shift()
    }
    const decrease = current.value - next.evaluated.value
    point = next.point
    current = next.evaluated
    yield current.value
    if (decrease <= options.relativeDecreaseMin * Math.abs(current.value)) break
  }
  return { point, value: current.value, iterations: iteration }
}

interface CurvaturePair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly curvature: number
}

/** The two-loop recursion: the gradient times an estimate of the inverse Hessian, downhill. */
function descentDirection(gradient: Float64Array, history: readonly CurvaturePair[]): Float64Array {
  const direction = gradient.map((component) => -component)
  const shares: number[] = []
  for (const pair of history.toReversed()) {
    const share = dot(pair.step, direction) / pair.curvature
    addScaled(direction, pair.change, -share)
    shares.push(share)
  }
  const last = history.at(-1)
  if (last) {
    const scale = last.curvature / dot(last.change, last.change)
    for (let index = 0; index < direction.length; index += 1) direction[index] = (direction[index] ?? 0) * scale
  }
  for (const pair of history) {
    const share = shares.pop() ?? 0
    addScaled(direction, pair.step, share - dot(pair.change, direction) / pair.curvature)
  }
  return direction
}

interface LineSearch {
  readonly point: Float64Array
  readonly current: Evaluated
  readonly direction: Float64Array
  /** Without curvature yet, the length of the first step is a guess. */
  readonly first: boolean
}

/** Null where no step along the direction goes down any more. */
async function searchLine(
  evaluate: (point: Float64Array) => Promise<Evaluated>,
  { point, current, direction, first }: LineSearch,
): Promise<{ readonly point: Float64Array; readonly evaluated: Evaluated } | null> {
  const slope = dot(direction, current.gradient)
  if (!(slope < 0)) return null
  let length = first ? Math.min(1, 1 / Math.sqrt(-slope)) : 1
  for (let attempt = 0; attempt < lineSearchAttempts; attempt += 1) {
    const candidate = point.slice()
    addScaled(candidate, direction, length)
    const evaluated = await evaluate(candidate)
    if (evaluated.value <= current.value + sufficientDecrease * length * slope) return { point: candidate, evaluated }
    length /= 2
  }
  return null
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value - (b[index] ?? 0))
}

function addScaled(target: Float64Array, added: Float64Array, scale: number): void {
  for (let index = 0; index < target.length; index += 1)
    target[index] = (target[index] ?? 0) + scale * (added[index] ?? 0)
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
