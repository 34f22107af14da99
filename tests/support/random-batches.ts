import { randomOf } from '../../src/shared/random.ts'

/** Label edits that both a child, who makes them, and its parent, who checks them, can work out. */
export interface Batch {
  readonly className: 'even' | 'odd'
  readonly imageIds: readonly number[]
}

export const batchImageCount = 400

export function batchOf(seed: number, number: number): Batch {
  const random = randomOf(seed, number)
  const size = 1 + Math.floor(random() * 200)
  const imageIds = Array.from({ length: size }, () => 1 + Math.floor(random() * batchImageCount))
  return { className: number % 2 === 0 ? 'even' : 'odd', imageIds: [...new Set(imageIds)].sort((a, b) => a - b) }
}
