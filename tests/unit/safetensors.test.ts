import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAppError } from '../../src/shared/errors.ts'
import { fromHalf, toHalf } from '../../src/trainer/weights/number-formats.ts'
import { readSafetensors, writeSafetensors } from '../../src/trainer/weights/safetensors.ts'
import type { WeightMap } from '../../src/trainer/weights/weight-map.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

function fileOf(header: string | Uint8Array, dataBytes: number | Uint8Array = 0, headerBytes?: bigint): Buffer {
  const json = Buffer.from(header as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(headerBytes ?? BigInt(json.length))
  return Buffer.concat([length, json, typeof dataBytes === 'number' ? Buffer.alloc(dataBytes) : dataBytes])
}

async function read(content: Uint8Array) {
  const file = join(folder, 'weights.safetensors')
  await writeFile(file, content)
  return readSafetensors(file)
}

const weights: WeightMap = new Map([
  ['b', { shape: [2, 2], values: Float32Array.of(1, -2.5, 1e-8, 65504) }],
  ['a', { shape: [], values: Float32Array.of(3) }],
  ['none', { shape: [0, 5], values: new Float32Array() }],
  ['__proto__', { shape: [1], values: Float32Array.of(4) }],
])

describe('writing and reading', () => {
  test('gives the same bits, order and metadata', async () => {
    const file = join(folder, 'round-trip.safetensors')
    const written = await writeSafetensors(file, weights, { metadata: { format: 'pt' } })
    const { weights: back, metadata, skipped, notFinite } = await readSafetensors(file)
    expect([...back]).toEqual([...weights])
    expect([...metadata]).toEqual([['format', 'pt']])
    expect([skipped, notFinite]).toEqual([[], []])
    expect(written.sizeBytes).toBe((await readFile(file)).length)
    expect(written.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
  })

  test('in half precision rounds to the nearest number and refuses what it cannot hold', async () => {
    const file = join(folder, 'half.safetensors')
    await writeSafetensors(file, weights, { halfPrecision: true })
    expect([...((await readSafetensors(file)).weights.get('b')?.values ?? [])]).toEqual([1, -2.5, 0, 65504])
    const large: WeightMap = new Map([['w', { shape: [1], values: Float32Array.of(70_000) }]])
    await expect(writeSafetensors(file, large, { halfPrecision: true })).rejects.toMatchObject({ code: 'bad-input' })
    expect((await readSafetensors(file)).weights.size).toBe(4)
  })

  test('a failed write leaves the old file and nothing else', async () => {
    const nowhere = join(folder, 'missing', 'weights.safetensors')
    await expect(writeSafetensors(nowhere, weights)).rejects.toMatchObject({ code: 'not-found' })
    await expect(readSafetensors(nowhere)).rejects.toMatchObject({ code: 'not-found' })
    await expect(readSafetensors(folder)).rejects.toMatchObject({ code: 'bad-file' })
  })

  const readsAll = process.getuid?.() === 0 || process.platform === 'win32'
  if (readsAll) console.log('skipped: this user may read every file, so none can be refused for lack of permission')
  test.skipIf(readsAll)('a file that may not be read', async () => {
    const file = join(folder, 'secret.safetensors')
    await writeFile(file, '')
    await chmod(file, 0)
    await expect(readSafetensors(file)).rejects.toMatchObject({ code: 'no-permission' })
  })

  test('all formats of floats are read; integers are skipped and said', async () => {
    const data = Buffer.alloc(36)
    data.writeUInt16LE(0x3e00, 0) // 1.5 in binary16
    data.writeUInt16LE(0xbfc0, 2) // -1.5 in bfloat16
    data.writeDoubleLE(0.1, 4)
    const { weights: found, skipped } = await read(
      fileOf(
        '{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},' +
          '"d":{"dtype":"F64","shape":[1],"data_offsets":[4,12]},"n":{"dtype":"I64","shape":[3],"data_offsets":[12,36]}}',
        data,
      ),
    )
    expect([...found].map(([name, { values }]) => [name, ...values])).toEqual([
      ['h', 1.5],
      ['b', -1.5],
      ['d', Math.fround(0.1)],
    ])
    expect(skipped).toEqual(['n'])
  })

  test('NaN and infinity are flagged, not refused', async () => {
    const { notFinite } = await read(
      fileOf(
        '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F16","shape":[2],"data_offsets":[4,8]}}',
        Buffer.from([0, 0, 0xc0, 0x7f, 0, 0, 0, 0x7c]),
      ),
    )
    expect(notFinite).toEqual(['x', 'y'])
  })
})

test('binary16: every number survives, ties go to even', () => {
  for (let bits = 0; bits < 0x10000; bits += 1) {
    const value = fromHalf(bits)
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits)
  }
  expect([1 + 1 / 2048, 1 + 3 / 2048, 65519, 65520, 2 ** -25, 2 ** -25 * 1.01].map(toHalf)).toEqual([
    0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 1,
  ])
  expect(Number.isNaN(fromHalf(toHalf(NaN)))).toBe(true)
})

const tensor = '"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
const second = (begin: number, end: number, shape = '[1]'): string =>
  `"v":{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`
const entry = (fields: string): Buffer => fileOf(`{"w":{${fields}}}`, 8)

/** What must not be read; after the attacks that the format's authors list and some of our own. */
const bad: Readonly<Record<string, Buffer>> = {
  'an empty file': Buffer.alloc(0),
  'eight bytes only': Buffer.alloc(8),
  'an empty header': fileOf('', 8),
  'a header longer than the file': fileOf(`{${tensor}}`, 8, 1000n),
  'a header beyond the cap': fileOf(`{${tensor}}`, 8, 100_000_001n),
  'a header of 2^53 bytes': fileOf(`{${tensor}}`, 8, 2n ** 53n),
  'a header of 2^64 - 1 bytes': fileOf(`{${tensor}}`, 8, 2n ** 64n - 1n),
  'a header that ends in the middle': fileOf(`{${tensor}}`, 8, 20n),
  'no JSON': fileOf('hello, you!', 8),
  'a list': fileOf('[]'),
  'a number': fileOf('42'),
  'blanks before the object': fileOf(`  {${tensor}}`, 8),
  'text after the object': fileOf(`{${tensor}} {}`, 8),
  'a byte order mark': fileOf(`\ufeff{${tensor}}`, 8),
  'no UTF-8': fileOf(Buffer.from(`{"\xff":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 'latin1'), 8),
  'a comma too many': fileOf(`{${tensor},}`, 8),
  'a comma too few': fileOf(`{${tensor} ${second(8, 12)}}`, 12),
  'a comment': fileOf(`{/**/${tensor}}`, 8),
  'an unfinished string': fileOf('{"w', 8),
  'an unfinished escape': fileOf('{"w\\', 8),
  'a raw newline in a name': fileOf(`{"w\n":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8),
  'nested deeply': fileOf('['.repeat(100_000)),
  'objects nested deeply': fileOf('{"a":'.repeat(100_000)),
  'a tensor twice': fileOf(`{${tensor},${tensor}}`, 8),
  'a tensor twice, once escaped': fileOf(`{${tensor},${tensor.replace('"w"', '"\\u0077"')}}`, 8),
  'a field twice': entry('"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]'),
  'metadata twice': fileOf(`{"__metadata__":{},"__metadata__":{},${tensor}}`, 8),
  'a key of the metadata twice': fileOf(`{"__metadata__":{"a":"1","a":"2"},${tensor}}`, 8),
  'metadata that is no object': fileOf(`{"__metadata__":"x",${tensor}}`, 8),
  'metadata of numbers': fileOf(`{"__metadata__":{"a":1},${tensor}}`, 8),
  'nested metadata': fileOf(`{"__metadata__":{"a":{}},${tensor}}`, 8),
  'an entry that is no object': fileOf('{"w":[0,8]}', 8),
  'an unknown field': entry('"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[]'),
  'no dtype': entry('"shape":[2],"data_offsets":[0,8]'),
  'no shape': entry('"dtype":"F32","data_offsets":[0,8]'),
  'no offsets': entry('"dtype":"F32","shape":[2]'),
  'an unknown dtype': entry('"dtype":"F33","shape":[2],"data_offsets":[0,8]'),
  'a dtype that objects inherit': entry('"dtype":"constructor","shape":[2],"data_offsets":[0,8]'),
  'a dtype that is no text': entry('"dtype":32,"shape":[2],"data_offsets":[0,8]'),
  'a shape that is no list': entry('"dtype":"F32","shape":2,"data_offsets":[0,8]'),
  'a shape of text': entry('"dtype":"F32","shape":["2"],"data_offsets":[0,8]'),
  'a negative size': entry('"dtype":"F32","shape":[-2],"data_offsets":[0,8]'),
  'two negative sizes': entry('"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]'),
  'a broken size': entry('"dtype":"F32","shape":[2.0],"data_offsets":[0,8]'),
  'a size with an exponent': entry('"dtype":"F32","shape":[2e0],"data_offsets":[0,8]'),
  'a size with a leading zero': entry('"dtype":"F32","shape":[02],"data_offsets":[0,8]'),
  'a size of NaN': entry('"dtype":"F32","shape":[NaN],"data_offsets":[0,8]'),
  'a size of null': entry('"dtype":"F32","shape":[null],"data_offsets":[0,8]'),
  'a size of true': entry('"dtype":"F32","shape":[true],"data_offsets":[0,8]'),
  'a size beyond 2^53': entry('"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,8]'),
  'a size beyond 2^64': entry('"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]'),
  'sizes whose product overflows': entry('"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]'),
  'sizes whose product wraps round': entry('"dtype":"F32","shape":[2,2147483649,4294967296],"data_offsets":[0,8]'),
  'too many dimensions': entry('"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]'),
  'a shape too large for the bytes': entry('"dtype":"F32","shape":[3],"data_offsets":[0,8]'),
  'a shape too small for the bytes': entry('"dtype":"F32","shape":[1],"data_offsets":[0,8]'),
  'a dtype too wide for the bytes': entry('"dtype":"F64","shape":[2],"data_offsets":[0,8]'),
  'one offset': entry('"dtype":"F32","shape":[2],"data_offsets":[0]'),
  'three offsets': entry('"dtype":"F32","shape":[2],"data_offsets":[0,8,8]'),
  'offsets backwards': entry('"dtype":"F32","shape":[2],"data_offsets":[8,0]'),
  'a negative offset': entry('"dtype":"F32","shape":[2],"data_offsets":[-8,0]'),
  'offsets beyond the file': fileOf('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8),
  'a hole at the beginning': fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}', 12),
  'a hole between': fileOf(`{${tensor},${second(12, 16)}}`, 16),
  'bytes at the end': fileOf(`{${tensor}}`, 9),
  'an overlap': fileOf(`{${tensor},${second(4, 8)}}`, 8),
  'an overlap that hides a hole': fileOf(`{${tensor},${second(4, 12, '[2]')}}`, 16),
  'the same bytes twice': fileOf(`{${tensor},${second(0, 8, '[2]')}}`, 8),
}

test.each(Object.entries(bad))('%s is refused', async (_, content) => {
  const error: unknown = await read(content).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(isAppError(error) && error.code).toBe('bad-file')
})
