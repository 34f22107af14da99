import { describe, expect, it } from 'vitest'
import {
  bytesField,
  floatField,
  intField,
  message,
  messageField,
  stringField,
} from '../../src/trainer/exporters/onnx/protobuf.ts'
import type { Message } from '../../src/trainer/exporters/onnx/protobuf.ts'

function hex({ chunks, sizeBytes }: Message): string {
  const bytes = Buffer.concat(chunks)
  expect(bytes.byteLength).toBe(sizeBytes)
  return bytes.toString('hex')
}

describe('the protobuf writer', () => {
  // The first three are the examples of the format's own description.
  it.each([
    ['a varint of two bytes', intField(1, 150), '089601'],
    ['a string', stringField(2, 'testing'), '120774657374696e67'],
    ['a message in a message', messageField(3, intField(1, 150)), '1a03089601'],
    ['a negative number in ten bytes', intField(1, -1), '08ffffffffffffffffff01'],
    ['the smallest 64-bit number', intField(1, -(2n ** 63n)), '0880808080808080808001'],
    ['a number beyond 32 bits', intField(1, 2 ** 40), '08808080808020'],
    ['zero', intField(1, 0), '0800'],
    ['a field number beyond 15', intField(20, 1), 'a00101'],
    ['a float', floatField(2, 1.5), '150000c03f'],
    ['bytes', bytesField(9, Uint8Array.of(0, 255)), '4a0200ff'],
    ['no bytes', bytesField(9, new Uint8Array()), '4a00'],
    ['text beyond ASCII', stringField(1, 'ü€'), '0a05c3bce282ac'],
    ['fields in their order', message(intField(2, 1), intField(1, 2)), '10010802'],
  ])('writes %s', (_, field, expected) => {
    expect(hex(field)).toBe(expected)
  })

  it('gives long messages a long length and keeps the bytes as they are', () => {
    const bytes = new Uint8Array(300).fill(7)
    const field = messageField(5, bytesField(1, bytes))
    expect(Buffer.concat(field.chunks).subarray(0, 6).toString('hex')).toBe('2aaf020aac02')
    expect(field.chunks.includes(bytes)).toBe(true)
  })
})
