import * as tf from '@tensorflow/tfjs-core'
import { standardise } from './standardise.ts'

/** Enough that one stray copy does not make an image ordinary. */
const neighbourCount = 5
/** Rows of distances that are on the device at once. */
const chunkRows = 512

/**
 * The mean cosine distance (0..2) of each row's standardised features to those of its nearest neighbours, itself left
 * out: large where an image looks like no other (Ramaswamy, Rastogi and Shim 2000, distance-based outliers).
 */
export async function neighbourDistances(
  values: Float32Array,
  width: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  const rowCount = values.length / width
  const directions = toUnitRows(standardise(values, width).apply(values), width)
  const distances = new Float32Array(rowCount)
  const all = tf.tensor2d(directions, [rowCount, width])
  try {
    for (let start = 0; start < rowCount; start += chunkRows) {
      signal.throwIfAborted()
      const rows = Math.min(chunkRows, rowCount - start)
      const product = tf.tidy(() => tf.matMul(tf.slice2d(all, [start, 0], [rows, width]), all, false, true))
      const likeness = await product.data<'float32'>()
      product.dispose()
      for (let row = 0; row < rows; row += 1) {
        const others = likeness.subarray(row * rowCount, (row + 1) * rowCount)
        // Nothing is its own neighbour.
        others[start + row] = -Infinity
        distances[start + row] = distanceOf(others)
      }
    }
  } finally {
    all.dispose()
  }
  return distances
}

function toUnitRows(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width)
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    row.forEach((value, at) => (row[at] = norm > 0 ? value / norm : 0))
  }
  return values
}

function distanceOf(likeness: Float32Array): number {
  const count = Math.min(neighbourCount, likeness.length - 1)
  if (count <= 0) return 0
  const best = new Float64Array(count).fill(-Infinity)
  for (const value of likeness) {
    if (value <= (best[count - 1] ?? 0)) continue
    let at = count - 1
    while (at > 0 && (best[at - 1] ?? 0) < value) {
      best[at] = best[at - 1] ?? 0
      at -= 1
    }
    best[at] = value
  }
  const mean = best.reduce((sum, value) => sum + value, 0) / count
  return Math.min(2, Math.max(0, 1 - mean))
}
