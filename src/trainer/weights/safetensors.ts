import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { writeHashed } from './durable-file.ts'
import type { WrittenFile } from './durable-file.ts'
import { fileError } from './file-errors.ts'
import { bytesPerNumber, decodeFloats, encodeHalves, isAllFinite, isFloat } from './number-formats.ts'
import { HeaderFault, headerBytesMax, parseSafetensorsHeader } from './safetensors-header.ts'
import type { SafetensorsHeader, TensorEntry } from './safetensors-header.ts'
import type { Weight, WeightMap } from './weight-map.ts'

export interface Safetensors {
  /** All tensors of floats, as float32, in the order of the header. */
  readonly weights: WeightMap
  readonly metadata: ReadonlyMap<string, string>
  /** Names of tensors of integers or truth values, such as torch's `num_batches_tracked`. */
  readonly skipped: readonly string[]
  /** Names of tensors that hold NaN or infinity. */
  readonly notFinite: readonly string[]
}

async function readExactly(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, position + done)
    if (bytesRead === 0) throw new HeaderFault(said`the file became shorter while it was read`)
    done += bytesRead
  }
}

async function readHeader(handle: FileHandle): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { size } = await handle.stat()
  if (size < 10) throw new HeaderFault(said`it is too short`)
  const lengthBytes = new Uint8Array(8)
  await readExactly(handle, lengthBytes, 0)
  const length = new DataView(lengthBytes.buffer).getBigUint64(0, true)
  if (length > BigInt(headerBytesMax)) throw new HeaderFault(said`its header claims ${String(length)} bytes`)
  const headerBytes = Number(length)
  if (headerBytes > size - 8) throw new HeaderFault(said`its header is longer than the file`)
  const bytes = new Uint8Array(headerBytes)
  await readExactly(handle, bytes, 8)
  const dataStart = 8 + headerBytes
  return { header: parseSafetensorsHeader(bytes, size - dataStart), dataStart }
}

async function readWeight(handle: FileHandle, entry: TensorEntry, dataStart: number): Promise<Weight> {
  const bytes = new Uint8Array(entry.count * bytesPerNumber[entry.format])
  await readExactly(handle, bytes, dataStart + entry.beginBytes)
  // Float32 is what weights come in mostly: taken as it lies, without a second copy.
  const values =
    entry.format === 'F32' ? new Float32Array(bytes.buffer) : decodeFloats(bytes, entry.format, entry.count)
  return { shape: entry.shape, values }
}

/**
 * Reads a safetensors file, trusting nothing in it: sizes are checked before memory is taken.
 * Errors: not-found, no-permission, bad-file with what is wrong.
 */
export async function readSafetensors(file: string): Promise<Safetensors> {
  try {
    const handle = await open(file, 'r')
    try {
      const { header, dataStart } = await readHeader(handle)
      const weights = new Map<string, Weight>()
      const skipped: string[] = []
      const notFinite: string[] = []
      for (const entry of header.entries) {
        if (!isFloat(entry.format)) {
          skipped.push(entry.name)
          continue
        }
        const weight = await readWeight(handle, entry, dataStart)
        if (!isAllFinite(weight.values)) notFinite.push(entry.name)
        weights.set(entry.name, weight)
      }
      return { weights, metadata: header.metadata, skipped, notFinite }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof HeaderFault) {
      throw new AppError('bad-file', said`${file} is not a sound safetensors file: ${error.message}.`, { cause: error })
    }
    throw fileError(error, file)
  }
}

export interface WriteSafetensorsOptions {
  readonly metadata?: Readonly<Record<string, string>>
  /** Store binary16; numbers beyond its 65504 are refused. */
  readonly halfPrecision?: boolean
}

function headerOf(weights: WeightMap, { metadata, halfPrecision = false }: WriteSafetensorsOptions): Uint8Array {
  const bytesEach = halfPrecision ? 2 : 4
  let end = 0
  const entries = [...weights].map(([name, { shape, values }]) => {
    const begin = end
    end += values.length * bytesEach
    return [name, { dtype: halfPrecision ? 'F16' : 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const head = metadata === undefined ? [] : [['__metadata__', metadata] as const]
  const text = JSON.stringify(Object.fromEntries<unknown>([...head, ...entries]))
  // Padded with blanks, so that the numbers lie aligned for readers that map the file.
  const json = new TextEncoder().encode(text)
  const padded = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true)
  padded.set(json, 8)
  return padded
}

function halvesOf(name: string, values: Float32Array): Uint8Array {
  if (values.some((value) => Math.abs(value) >= 65520)) {
    throw new AppError(
      'bad-input',
      said`${name} holds numbers that half precision cannot store: export in full precision.`,
    )
  }
  return encodeHalves(values)
}

/**
 * Writes weights in the order of the map, durably (see `writeDurably`), and says what was written. Errors: disk-full,
 * no-permission, not-found (the folder), bad-input.
 */
export async function writeSafetensors(
  file: string,
  weights: WeightMap,
  options: WriteSafetensorsOptions = {},
): Promise<WrittenFile> {
  return writeHashed(file, safetensorsChunks(weights, options))
}

/** The content of such a file, part by part. Errors: bad-input. */
export function* safetensorsChunks(
  weights: WeightMap,
  options: WriteSafetensorsOptions = {},
): Generator<Uint8Array, void> {
  for (const [name, { shape, values }] of weights) {
    const count = shape.reduce((product, size) => product * size, 1)
    if (count !== values.length) throw new Error(`${name} has ${values.length} numbers, its shape says ${count}`)
  }
  yield headerOf(weights, options)
  for (const [name, { values }] of weights) {
    if (options.halfPrecision) yield halvesOf(name, values)
    else yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  }
}
