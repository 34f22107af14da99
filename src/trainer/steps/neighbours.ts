import * as tf from '@tensorflow/tfjs-core'
import type { LabelledFeatures } from './fit-head.ts'
import { standardise } from './standardise.ts'

/** What those that look most like a row say of it. */
export interface Neighbours {
  /** Mean cosine distance (0..2) of each row to its five nearest: large where an image looks like no other. */
  readonly distances: Float32Array
  /** [rows, classes]: which class the twenty nearest have, those that are more alike counting more. */
  readonly votes: Float32Array
}

/** Enough that one stray copy does not make an image ordinary. */
const nearCount = 5
const voterCount = 20
/** How much more a vote counts the more alike it is: e to the so many times the cosine. */
const voteSharpness = 10
/** Rows of distances that are on the device at once. */
const chunkRows = 512

/**
 * By the cosine of standardised features; a row and its copies, which are of one group, do not speak for themselves.
 * Distances as Ramaswamy, Rastogi and Shim (2000) find outliers, votes as weighted nearest neighbours (Dudani 1976).
 */
export async function findNeighbours(
  { values, width, classIndices }: LabelledFeatures,
  options: { readonly classCount: number; readonly groups: readonly number[]; readonly signal: AbortSignal },
): Promise<Neighbours> {
  const { classCount, groups, signal } = options
  const rowCount = classIndices.length
  const directions = toUnitRows(standardise(values, width).apply(values), width)
  const distances = new Float32Array(rowCount)
  const votes = new Float32Array(rowCount * classCount)
  const all = tf.tensor2d(directions, [rowCount, width])
  try {
    for (let start = 0; start < rowCount; start += chunkRows) {
      signal.throwIfAborted()
      const rows = Math.min(chunkRows, rowCount - start)
      const product = tf.tidy(() => tf.matMul(tf.slice2d(all, [start, 0], [rows, width]), all, false, true))
      const likeness = await product.data<'float32'>()
      product.dispose()
      for (let at = 0; at < rows; at += 1) {
        const row = start + at
        const others = likeness.subarray(at * rowCount, (at + 1) * rowCount)
        // Nothing is its own neighbour.
        others[row] = -Infinity
        distances[row] = distanceOf(nearest(others, nearCount))
        const voters = nearest(others, voterCount, (other) => groups[other] !== groups[row])
        const weights = voters.map(({ likeness: alike }) => Math.exp(voteSharpness * alike))
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        voters.forEach(({ row: other }, index) => {
          const place = row * classCount + (classIndices[other] ?? 0)
          votes[place] = (votes[place] ?? 0) + (weights[index] ?? 0) / total
        })
      }
    }
  } finally {
    all.dispose()
  }
  return { distances, votes }
}

function toUnitRows(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width)
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    row.forEach((value, at) => (row[at] = norm > 0 ? value / norm : 0))
  }
  return values
}

interface Near {
  readonly row: number
  readonly likeness: number
}

/** The most alike first, as many as there are. */
function nearest(likeness: Float32Array, count: number, isWanted: (row: number) => boolean = () => true): Near[] {
  const best: Near[] = []
  for (const [row, alike] of likeness.entries()) {
    const last = best[count - 1]
    if (alike === -Infinity || (last !== undefined && alike <= last.likeness) || !isWanted(row)) continue
    let at = Math.min(best.length, count - 1)
    while (at > 0 && (best[at - 1]?.likeness ?? Infinity) < alike) at -= 1
    best.splice(at, 0, { row, likeness: alike })
    best.length = Math.min(best.length, count)
  }
  return best
}

function distanceOf(near: readonly Near[]): number {
  if (near.length === 0) return 0
  const mean = near.reduce((sum, { likeness }) => sum + likeness, 0) / near.length
  return Math.min(2, Math.max(0, 1 - mean))
}
