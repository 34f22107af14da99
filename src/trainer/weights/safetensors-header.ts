import { bytesPerNumber } from './number-formats.ts'
import type { NumberFormat } from './number-formats.ts'
import { parseStrictJson } from './strict-json.ts'
import type { StrictJson } from './strict-json.ts'
import { said, type Said } from '../../shared/said.ts'

/** As safetensors itself caps it. */
export const headerBytesMax = 100_000_000
const rankMax = 8

export interface TensorEntry {
  readonly name: string
  readonly format: NumberFormat
  readonly shape: readonly number[]
  readonly count: number
  /** From the end of the header. */
  readonly beginBytes: number
  readonly endBytes: number
}

export interface SafetensorsHeader {
  /** In the order of the header. */
  readonly entries: readonly TensorEntry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Why a header is refused; the reader adds which file it was. */
export class HeaderFault extends Error {
  constructor(message: Said) {
    super(message)
  }
}

function isFormat(value: unknown): value is NumberFormat {
  return typeof value === 'string' && Object.hasOwn(bytesPerNumber, value)
}

function wholeNumbers(value: StrictJson | undefined, what: Said): readonly number[] {
  if (!Array.isArray(value)) throw new HeaderFault(said`${what} is not a list`)
  return value.map((item: unknown) => {
    if (typeof item !== 'number') throw new HeaderFault(said`${what} holds something else than whole numbers`)
    return item
  })
}

function parseEntry(name: string, value: StrictJson): TensorEntry {
  if (!(value instanceof Map)) throw new HeaderFault(said`the entry of ${name} is not an object`)
  const fields: ReadonlyMap<string, StrictJson> = value
  for (const key of fields.keys()) {
    if (!['dtype', 'shape', 'data_offsets'].includes(key))
      throw new HeaderFault(said`${name} has an unknown field "${key}"`)
  }
  const format = fields.get('dtype')
  if (!isFormat(format)) throw new HeaderFault(said`${name} has the unknown number format ${JSON.stringify(format)}`)
  const shape = wholeNumbers(fields.get('shape'), said`the shape of ${name}`)
  if (shape.length > rankMax) throw new HeaderFault(said`${name} has more than ${rankMax} dimensions`)
  const [beginBytes, endBytes, ...more] = wholeNumbers(fields.get('data_offsets'), said`data_offsets of ${name}`)
  if (beginBytes === undefined || endBytes === undefined || more.length > 0) {
    throw new HeaderFault(said`data_offsets of ${name} are not two numbers`)
  }
  const count = shape.reduce((product, size) => product * size, 1)
  const sizeBytes = count * bytesPerNumber[format]
  if (!Number.isSafeInteger(sizeBytes)) throw new HeaderFault(said`the size of ${name} is beyond 2^53`)
  if (endBytes - beginBytes !== sizeBytes) {
    throw new HeaderFault(said`${name} needs ${sizeBytes} bytes by its shape and has ${endBytes - beginBytes}`)
  }
  return { name, format, shape, count, beginBytes, endBytes }
}

function parseMetadata(value: StrictJson): Map<string, string> {
  if (!(value instanceof Map)) throw new HeaderFault(said`__metadata__ is not an object`)
  const fields: ReadonlyMap<string, StrictJson> = value
  return new Map(
    [...fields].map(([key, text]) => {
      if (typeof text !== 'string')
        throw new HeaderFault(said`__metadata__ holds something else than text under "${key}"`)
      return [key, text]
    }),
  )
}

/** The entries must follow each other without overlap or hole and fill the file. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let end = 0
  for (const entry of [...entries].sort((a, b) => a.beginBytes - b.beginBytes || a.endBytes - b.endBytes)) {
    if (entry.beginBytes < end) throw new HeaderFault(said`${entry.name} overlaps the tensor before it`)
    if (entry.beginBytes > end) throw new HeaderFault(said`there is a hole of unused bytes before ${entry.name}`)
    end = entry.endBytes
  }
  if (end > dataBytes) throw new HeaderFault(said`the file ends ${end - dataBytes} bytes too early`)
  if (end < dataBytes) throw new HeaderFault(said`${dataBytes - end} bytes follow the last tensor`)
}

/** `dataBytes`: what the file holds after the header. Throws a HeaderFault. */
export function parseSafetensorsHeader(bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  let root: StrictJson
  try {
    root = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new HeaderFault(said`the header cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (bytes[0] !== 0x7b || !(root instanceof Map)) throw new HeaderFault(said`the header is not an object`)
  const fields: ReadonlyMap<string, StrictJson> = root
  const metadata = parseMetadata(fields.get('__metadata__') ?? new Map())
  const entries = [...fields]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(name, value))
  checkCoverage(entries, dataBytes)
  return { entries, metadata }
}
