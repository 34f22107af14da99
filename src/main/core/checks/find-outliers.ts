/** Beyond the third quartile by so many times the middle half: "far out" in Tukey 1977, "Exploratory Data Analysis". */
const fence = 3
/** Fewer distances have no quartiles to speak of. */
const countMin = 20

/** Which distances are so much larger than most that what they belong to is like nothing else. */
export function findOutliers(distances: readonly number[]): boolean[] {
  if (distances.length < countMin) return distances.map(() => false)
  const sorted = distances.toSorted((a, b) => a - b)
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)]
  const limit = third + fence * (third - first)
  return distances.map((distance) => distance > limit)
}

/** Between the two nearest in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const [low, high] = [sorted[below] ?? 0, sorted[below + 1] ?? sorted[below] ?? 0]
  return low + (high - low) * (place - below)
}
