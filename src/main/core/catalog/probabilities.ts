/** As the catalog keeps them: 32-bit floats, little-endian, whatever the machine. */
export function encodeProbabilities(probabilities: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(probabilities.length * 4))
  for (const [at, probability] of probabilities.entries()) bytes.setFloat32(at * 4, probability, true)
  return new Uint8Array(bytes.buffer)
}

export interface PredictionSummary {
  /** Of the most likely class. */
  readonly classIndex: number
  readonly confidence: number
  /** Entropy over its largest value. */
  readonly uncertainty: number
}

export function summarisePrediction(probabilities: Float32Array): PredictionSummary {
  let classIndex = 0
  let entropy = 0
  for (const [at, probability] of probabilities.entries()) {
    if (probability > (probabilities[classIndex] ?? 0)) classIndex = at
    if (probability > 0) entropy -= probability * Math.log(probability)
  }
  const uncertainty = probabilities.length < 2 ? 0 : entropy / Math.log(probabilities.length)
  return { classIndex, confidence: ratio(probabilities[classIndex] ?? 0), uncertainty: ratio(uncertainty) }
}

/** The smallest normal 32-bit float: a class that is ruled out costs much, but not infinitely much. */
const probabilityMin = 1.1754943508222875e-38

/**
 * Cross-entropy of a label: minus the logarithm of the probability of its class, whose outputs `classIndexes` are, such
 * as "2" or, after a merge, "0,2". Null where the model does not know the class. A function of the catalog's SQL.
 */
export function labelLoss(probabilities: unknown, classIndexes: unknown): number | null {
  if (!(probabilities instanceof Uint8Array) || typeof classIndexes !== 'string') return null
  const view = new DataView(probabilities.buffer, probabilities.byteOffset, probabilities.byteLength)
  let probability = 0
  for (const index of classIndexes.split(',')) {
    const at = Number(index) * 4
    if (at + 4 <= view.byteLength) probability += view.getFloat32(at, true)
  }
  return -Math.log(Math.min(1, Math.max(probability, probabilityMin)))
}

/** Sums of 32-bit floats may be a little beyond 1. */
function ratio(value: number): number {
  return Math.min(1, Math.max(0, value))
}
