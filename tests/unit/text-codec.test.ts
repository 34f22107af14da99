import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeText, encodeText } from '../../src/shared/rpc/text-codec.ts'

describe('messages as text', () => {
  test('what JSON can say arrives as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        // -0 is the one number that arrives as another, equal one.
        expect(decodeText(encodeText(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('a property that is undefined arrives as absent', () => {
    expect(decodeText(encodeText({ a: undefined, b: { c: undefined, d: null } }))).toEqual({ b: { d: null } })
  })

  test('a key named __proto__ is only a key', () => {
    const decoded = decodeText('{"__proto__":{"polluted":true}}') as object
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect(decodeText(encodeText(decoded))).toEqual(decoded)
  })

  const cycle: { self?: object } = {}
  cycle.self = { back: cycle }
  test.each<[string, unknown, string]>([
    ['a function', { a: { b: () => 1 } }, 'a function cannot be sent as text, at a.b'],
    ['a bigint', [1, 2n], 'a bigint cannot be sent as text, at 1'],
    ['a symbol', { a: Symbol('a') }, 'a symbol cannot be sent as text, at a'],
    ['NaN', { loss: Number.NaN }, 'NaN cannot be sent as text, at loss'],
    ['infinity', [-Infinity], '-Infinity cannot be sent as text, at 0'],
    ['undefined in a list', [undefined], 'undefined cannot be sent as text, at 0'],
    ['a hole in a list', Array<number>(2), 'undefined cannot be sent as text, at 0'],
    ['bytes', { pixels: new Uint8Array(1) }, 'a Uint8Array cannot be sent as text, at pixels'],
    ['a date', { at: new Date(0) }, 'a Date cannot be sent as text, at at'],
    ['a map', new Map(), 'a Map cannot be sent as text, at the top'],
    ['nothing', undefined, 'undefined cannot be sent as text, at the top'],
    ['a cycle', cycle, 'a cycle cannot be sent as text, at self.back'],
  ])('%s is refused with its place', (_, value, message) => {
    expect(() => encodeText(value)).toThrow(message)
  })

  test('the same object twice is no cycle', () => {
    const shared = { a: 1 }
    expect(decodeText(encodeText([shared, shared]))).toEqual([shared, shared])
  })
})
