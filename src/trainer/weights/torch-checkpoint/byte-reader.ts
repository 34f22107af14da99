import { damaged } from './checkpoint-fault.ts'
import { said } from '../../../shared/said.ts'

/** Reads numbers and text one after another, never past the end. */
export interface ByteReader {
  position(): number
  byte(): number
  /** Little-endian, signed 32 bits. */
  int32(): number
  uint16(): number
  uint32(): number
  /** Big-endian, as pickle has it. */
  float64(): number
  /** Little-endian two's complement of any length. */
  integer(byteCount: number): bigint
  text(byteCount: number): string
  /** Up to the next newline, which is passed over. */
  line(): string
}

const lineBytesMax = 512

export function createByteReader(bytes: Uint8Array, start = 0): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let position = start

  /** Moves on by so many bytes and gives where they begin. */
  function take(byteCount: number): number {
    if (byteCount > bytes.length - position) damaged(said`its description ends in the middle`)
    const from = position
    position += byteCount
    return from
  }

  function decode(from: number, to: number): string {
    try {
      return utf8.decode(bytes.subarray(from, to))
    } catch {
      return damaged(said`it holds text that is not UTF-8`)
    }
  }

  return {
    position: () => position,
    byte: () => view.getUint8(take(1)),
    int32: () => view.getInt32(take(4), true),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    float64: () => view.getFloat64(take(8), false),
    integer: (byteCount) => {
      const from = take(byteCount)
      let value = 0n
      for (let index = byteCount - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[from + index] ?? 0)
      return BigInt.asIntN(byteCount * 8, value)
    },
    text: (byteCount) => {
      const from = take(byteCount)
      return decode(from, position)
    },
    line: () => {
      const from = position
      const end = bytes.subarray(from, from + lineBytesMax).indexOf(0x0a)
      if (end < 0) damaged(said`a name in it does not end`)
      position = from + end + 1
      return decode(from, from + end)
    },
  }
}
