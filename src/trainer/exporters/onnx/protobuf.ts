/**
 * A writer for the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding). A message is its fields
 * as a list of byte chunks, so that weights are never copied on their way into enclosing messages.
 */
export interface Message {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
}

const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const

const utf8 = new TextEncoder()

/** Joins fields into one message, in the given order. */
export function message(...fields: readonly Message[]): Message {
  return {
    chunks: fields.flatMap((field) => field.chunks),
    sizeBytes: fields.reduce((sum, field) => sum + field.sizeBytes, 0),
  }
}

/** int32, int64 and enum; negative numbers take ten bytes, as the format wants it. */
export function intField(number: number, value: number | bigint): Message {
  return ofBytes([...varint(tag(number, 'varint')), ...varint(BigInt.asUintN(64, BigInt(value)))])
}

export function floatField(number: number, value: number): Message {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return ofBytes([...varint(tag(number, 'fixed32')), ...bytes])
}

export function stringField(number: number, value: string): Message {
  return bytesField(number, utf8.encode(value))
}

/** The bytes are kept, not copied. */
export function bytesField(number: number, value: Uint8Array): Message {
  return messageField(number, { chunks: [value], sizeBytes: value.byteLength })
}

/** A message as a field of another. */
export function messageField(number: number, value: Message): Message {
  const head = Uint8Array.from([...varint(tag(number, 'lengthDelimited')), ...varint(BigInt(value.sizeBytes))])
  return { chunks: [head, ...value.chunks], sizeBytes: head.byteLength + value.sizeBytes }
}

function ofBytes(bytes: readonly number[]): Message {
  return { chunks: [Uint8Array.from(bytes)], sizeBytes: bytes.length }
}

function tag(number: number, type: keyof typeof wireTypes): bigint {
  return BigInt(number * 8 + wireTypes[type])
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const more = rest > 0x7fn
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return bytes
}
