import type { Preprocessing } from '../../shared/domain/backbone.ts'

type Scale = Pick<Preprocessing, 'mean' | 'deviation'>

/** Every image asks for them. */
const madeTables = new WeakMap<Scale, readonly Float32Array[]>()

/**
 * Turns 8-bit R, G, B pixels into the network's input: scaled to 0..1, minus the mean, over the deviation, in 32 bits.
 * The one place that does so, for training, inference and export checks alike. `values` and the part of `target` from
 * `offset` on are [height, width, 3].
 */
export function normalisePixels(values: Uint8Array, preprocessing: Scale, target: Float32Array, offset = 0): void {
  const [red, green, blue] = tablesOf(preprocessing)
  if (red === undefined || green === undefined || blue === undefined) return
  for (let index = 0; index < values.length; index += 3) {
    target[offset + index] = red[values[index] as number] as number
    target[offset + index + 1] = green[values[index + 1] as number] as number
    target[offset + index + 2] = blue[values[index + 2] as number] as number
  }
}

/** [3, 256]: what each level of red, green and blue becomes. */
export function normalisedLevels(preprocessing: Scale): Float32Array {
  return Float32Array.from(tablesOf(preprocessing).flatMap((table) => [...table]))
}

function tablesOf(preprocessing: Scale): readonly Float32Array[] {
  const known = madeTables.get(preprocessing)
  if (known !== undefined) return known
  const { mean, deviation } = preprocessing
  const tables = mean.map((_, channel) => tableOf(mean[channel] ?? 0, deviation[channel] ?? 1))
  madeTables.set(preprocessing, tables)
  return tables
}

/** Torch's order of operations in 32 bits, so that equal pixels give equal bits. */
function tableOf(mean: number, deviation: number): Float32Array {
  const { fround } = Math
  return Float32Array.from({ length: 256 }, (_, value) =>
    fround(fround(fround(value / 255) - fround(mean)) / fround(deviation)),
  )
}
