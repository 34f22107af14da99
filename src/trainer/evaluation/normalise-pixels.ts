import type { Preprocessing } from '../../shared/domain/backbone.ts'

/**
 * Turns 8-bit R, G, B pixels into the network's input: scaled to 0..1, minus the mean, over the deviation, in 32 bits.
 * The one place that does so, for training, inference and export checks alike. `values` and the part of `target` from
 * `offset` on are [height, width, 3].
 */
export function normalisePixels(
  values: Uint8Array,
  { mean, deviation }: Pick<Preprocessing, 'mean' | 'deviation'>,
  target: Float32Array,
  offset = 0,
): void {
  const [red, green, blue] = tablesOf({ mean, deviation })
  if (red === undefined || green === undefined || blue === undefined) return
  for (let index = 0; index < values.length; index += 3) {
    target[offset + index] = red[values[index] ?? 0] ?? 0
    target[offset + index + 1] = green[values[index + 1] ?? 0] ?? 0
    target[offset + index + 2] = blue[values[index + 2] ?? 0] ?? 0
  }
}

/** [3, 256]: what each level of red, green and blue becomes. */
export function normalisedLevels(preprocessing: Pick<Preprocessing, 'mean' | 'deviation'>): Float32Array {
  return Float32Array.from(tablesOf(preprocessing).flatMap((table) => [...table]))
}

function tablesOf({ mean, deviation }: Pick<Preprocessing, 'mean' | 'deviation'>): Float32Array[] {
  return mean.map((_, channel) => tableOf(mean[channel] ?? 0, deviation[channel] ?? 1))
}

/** Torch's order of operations in 32 bits, so that equal pixels give equal bits. */
function tableOf(mean: number, deviation: number): Float32Array {
  const { fround } = Math
  return Float32Array.from({ length: 256 }, (_, value) =>
    fround(fround(fround(value / 255) - fround(mean)) / fround(deviation)),
  )
}
