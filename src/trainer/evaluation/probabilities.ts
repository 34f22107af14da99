/** exp(logit) over the sum of all, shifted by the largest so that nothing overflows; computed in 64 bits. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits)
  const highest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - highest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** -log of the probability of one class, in nats; from logits, so that a probability of zero stays finite. */
export function crossEntropy(logits: ArrayLike<number>, classIndex: number): number {
  const values = Array.from(logits)
  const own = values[classIndex]
  if (own === undefined) throw new RangeError(`class ${String(classIndex)} of ${String(values.length)} outputs`)
  const highest = Math.max(...values)
  const total = values.reduce((sum, value) => sum + Math.exp(value - highest), 0)
  return Math.log(total) + highest - own
}

/** Index of the largest value; of equal ones the first. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? -Infinity) > (values[best] ?? -Infinity)) best = index
  }
  return best
}
