/** A stream of numbers in 0 (included) to 1 (excluded), 32 bits each. */
export type Random = () => number

/** Mixes one 32-bit word into a hash; the finaliser of MurmurHash3 (Appleby, public domain). */
function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Randomness that depends only on its keys, such as (run seed, epoch, image id): the same keys give the same stream,
 * whatever was drawn before and in whatever order. Keys are whole numbers up to 2^53.
 */
export function randomOf(...keys: readonly number[]): Random {
  let state = 0x9e3779b9
  for (const key of keys) state = mix(mix(state, key >>> 0), Math.floor(key / 2 ** 32) >>> 0)
  let counter = 0
  return () => {
    counter += 1
    return mix(mix(state, counter), Math.imul(counter, 0x9e3779b1)) / 2 ** 32
  }
}

/** Fisher-Yates; leaves the given list as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const held = result[last] as T
    result[last] = result[other] as T
    result[other] = held
  }
  return result
}

/** Standard normal numbers by Box and Muller (1958). */
export function normalOf(random: Random): Random {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Fills with normal numbers of mean 0, two from each pair that is drawn (Box and Muller 1958): for many at once. */
export function fillNormal(values: Float32Array, draw: { random: Random; deviation: number }): void {
  const { random, deviation } = draw
  for (let index = 0; index < values.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    values[index] = radius * Math.cos(angle)
    // Past the end where the count is odd: nothing is written there.
    values[index + 1] = radius * Math.sin(angle)
  }
}
