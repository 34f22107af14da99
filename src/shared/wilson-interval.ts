/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054

/**
 * 95 % score interval of a proportion (E. B. Wilson, 1927): unlike the plain normal interval it stays within 0..1 and is
 * sound for few samples and for proportions near 0 or 1. Without samples everything is possible: [0, 1].
 */
export function wilsonInterval(correctCount: number, count: number): [number, number] {
  if (count === 0) return [0, 1]
  const proportion = correctCount / count
  const denominator = 1 + (z * z) / count
  const centre = (proportion + (z * z) / (2 * count)) / denominator
  const spread = (z / denominator) * Math.sqrt((proportion * (1 - proportion)) / count + (z * z) / (4 * count * count))
  // At the ends the formula is exactly 0 or 1 but for rounding.
  const low = correctCount === 0 ? 0 : centre - spread
  const high = correctCount === count ? 1 : centre + spread
  return [low, high]
}
