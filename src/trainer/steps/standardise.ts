/** A shift and scale per feature that gives mean 0 and a deviation of about 1, and the way back for a layer fitted on top. */
export interface Standardisation {
  apply(values: Float32Array): Float32Array
  /**
   * A layer over standardised features as one over the features themselves, in torch's layout. `point` holds the
   * weights as [width, classes], then the biases.
   */
  fold(point: Float64Array, classCount: number): { readonly weight: Float32Array; readonly bias: Float32Array }
}

/**
 * Of the median deviation: what less deviates is scaled as if it deviated so much. A feature that rests in all but a few
 * images would be blown up, and one image that wakes it would be judged by it alone.
 */
const leastDeviationRatio = 0.25

/**
 * Learnt from `values`, [rows, width]: deviation 1, or less where a feature hardly deviates beside the others. A feature
 * that never changes becomes 0 and is given no weight.
 */
export function standardise(values: Float32Array, width: number): Standardisation {
  const { means, scales } = statisticsOf(values, width)
  return {
    apply: (given) => given.map((value, index) => (value - (means[index % width] ?? 0)) * (scales[index % width] ?? 0)),
    fold(point, classCount) {
      const weight = new Float32Array(classCount * width)
      const bias = new Float64Array(point.subarray(width * classCount))
      for (let feature = 0; feature < width; feature += 1) {
        for (let index = 0; index < classCount; index += 1) {
          const scaled = (point[feature * classCount + index] ?? 0) * (scales[feature] ?? 0)
          weight[index * width + feature] = scaled
          bias[index] = (bias[index] ?? 0) - scaled * (means[feature] ?? 0)
        }
      }
      return { weight, bias: Float32Array.from(bias) }
    },
  }
}

function statisticsOf(values: Float32Array, width: number): { means: Float64Array; scales: Float64Array } {
  const rows = values.length / width
  const means = new Float64Array(width)
  const squares = new Float64Array(width)
  for (let at = 0; at < values.length; at += 1) means[at % width] = (means[at % width] ?? 0) + (values[at] ?? 0)
  for (let feature = 0; feature < width; feature += 1) means[feature] = (means[feature] ?? 0) / Math.max(1, rows)
  // A second pass: the square of a large mean would swallow a small deviation.
  for (let at = 0; at < values.length; at += 1) {
    const centred = (values[at] ?? 0) - (means[at % width] ?? 0)
    squares[at % width] = (squares[at % width] ?? 0) + centred * centred
  }
  const deviations = squares.map((sum, feature) => {
    const deviation = Math.sqrt(sum / Math.max(1, rows))
    return deviation > 1e-6 * Math.max(1e-6, Math.abs(means[feature] ?? 0)) ? deviation : 0
  })
  const changing = deviations.filter((deviation) => deviation > 0).sort()
  const least = leastDeviationRatio * (changing[changing.length >> 1] ?? 0)
  return { means, scales: deviations.map((deviation) => (deviation > 0 ? 1 / Math.max(deviation, least) : 0)) }
}
