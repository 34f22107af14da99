import { writeDurably } from '../../weights/durable-file.ts'
import type { WeightMap } from '../../weights/weight-map.ts'

interface Entry {
  readonly name: string
  readonly dtype: 'F32' | 'I64'
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/**
 * Writes weights as a safetensors file that torchvision loads strictly: behind each batch normalisation's statistics
 * stands `num_batches_tracked`, a 64-bit whole number that torch counts with and inference does not use.
 */
export async function writeCheckpoint(
  file: string,
  weights: WeightMap,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = [...weights].flatMap(([name, { shape, values }]): Entry[] => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const entry: Entry = { name, dtype: 'F32', shape, bytes }
    if (!name.endsWith('.running_var')) return [entry]
    const counter = name.replace(/running_var$/, 'num_batches_tracked')
    return [entry, { name: counter, dtype: 'I64', shape: [], bytes: new Uint8Array(8) }]
  })
  await writeDurably(file, [headerOf(entries, metadata), ...entries.map(({ bytes }) => bytes)])
}

/** Length, JSON, and blanks up to a multiple of 8, so that the numbers lie aligned. */
function headerOf(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let end = 0
  const described = entries.map(({ name, dtype, shape, bytes }) => {
    const begin = end
    end += bytes.byteLength
    // Readers view the bytes in place, which whole numbers of 8 bytes allow at multiples of 8 only.
    if (dtype === 'I64' && begin % 8 !== 0) throw new Error(`${name} would not be aligned.`)
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const
  })
  const text = JSON.stringify(Object.fromEntries<unknown>([['__metadata__', metadata], ...described]))
  const json = new TextEncoder().encode(text)
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(json, 8)
  return header
}
