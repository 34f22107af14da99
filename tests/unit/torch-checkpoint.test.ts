import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTorchCheckpoint } from '../../src/trainer/weights/torch-checkpoint/read-torch-checkpoint.ts'
import { unpickle } from '../../src/trainer/weights/torch-checkpoint/unpickle.ts'
import {
  bytes,
  dictionary,
  emptyOrderedDict,
  global,
  integer,
  pickle,
  reduce,
  tensor,
  tuple,
  unicode,
} from '../support/pickle.ts'
import {
  floats,
  legacyCheckpoint,
  smallCheckpoint,
  smallLegacyCheckpoint,
  zip,
  zipCheckpoint,
  zipEntries,
} from '../support/torch-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-torch-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: Uint8Array) {
  const file = join(folder, 'checkpoint.pth')
  await writeFile(file, content)
  return readTorchCheckpoint(file)
}

async function readValues(content: Uint8Array): Promise<Record<string, unknown>> {
  const { weights } = await read(content)
  return Object.fromEntries([...weights].map(([name, { shape, values }]) => [name, [shape, [...values]]]))
}

const small = {
  'a.weight': [
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ],
  'a.bias': [[2], [7, 8]],
}
const one = { 0: floats(1) }

/** One tensor `w` over the storage 0. */
function withTensor(spec: Partial<Parameters<typeof tensor>[0]>, storages = { 0: floats(1, 2, 3, 4, 5, 6) }): Buffer {
  return zipCheckpoint(pickle(dictionary({ w: tensor({ key: '0', count: 6, shape: [6], ...spec }) })), storages)
}

describe('good checkpoints', () => {
  test('of the zip format; tensors of integers are left aside', async () => {
    expect(await readValues(smallCheckpoint())).toEqual(small)
  })

  test('of the legacy format', async () => {
    expect(await readValues(smallLegacyCheckpoint())).toEqual(small)
  })

  test('nested, with a prefix and other values beside', async () => {
    const inner = dictionary({ 'module.w': tensor({ key: '0', count: 1, shape: [1] }) })
    const root = dictionary({ epoch: integer(3), best: bytes('N'), state_dict: inner })
    expect(await readValues(zipCheckpoint(pickle(root), one))).toEqual({ w: [[1], [1]] })
  })

  test('nested, with a tensor beside, such as the best accuracy so far', async () => {
    const inner = dictionary({
      w: tensor({ key: '0', count: 1, shape: [1] }),
      v: tensor({ key: '0', count: 1, shape: [1] }),
    })
    const root = dictionary({ best_acc1: tensor({ key: '0', count: 1, shape: [] }), state_dict: inner })
    expect(await readValues(zipCheckpoint(pickle(root), one))).toEqual({ w: [[1], [1]], v: [[1], [1]] })
  })

  test('an OrderedDict of pairs, with metadata, a parameter and a remembered value', async () => {
    const pair = (name: string, value: Buffer): Buffer => bytes(']', '(', unicode(name), value, 'e')
    const parameter = reduce(
      global('torch._utils', '_rebuild_parameter'),
      bytes(tensor({ key: '0', count: 1, shape: [1] }), 'q', 7),
      bytes(0x88),
      emptyOrderedDict,
    )
    const pairs = bytes(']', '(', pair('a', parameter), pair('b', bytes('h', 7)), 'e')
    const state = bytes(
      reduce(global('collections', 'OrderedDict'), pairs),
      dictionary({ _metadata: emptyOrderedDict }),
      'b',
    )
    expect(await readValues(zipCheckpoint(pickle(state), one))).toEqual({ a: [[1], [1]], b: [[1], [1]] })
  })

  test('views: transposed, offset, and several in one storage', async () => {
    const state = dictionary({
      transposed: tensor({ key: '0', count: 6, shape: [3, 2], strides: [1, 3] }),
      part: tensor({ key: '0', count: 6, offset: 4, shape: [2] }),
      scalar: tensor({ key: '0', count: 6, offset: 5, shape: [] }),
      none: tensor({ key: '0', count: 6, shape: [0, 9] }),
    })
    expect(await readValues(zipCheckpoint(pickle(state), { 0: floats(1, 2, 3, 4, 5, 6) }))).toEqual({
      transposed: [
        [3, 2],
        [1, 4, 2, 5, 3, 6],
      ],
      part: [[2], [5, 6]],
      scalar: [[], [6]],
      none: [[0, 9], []],
    })
  })

  test('NaN and infinity are named, not refused', async () => {
    expect((await read(withTensor({}, { 0: floats(1, NaN, 3, 4, 5, 6) }))).notFinite).toEqual(['w'])
  })

  test('names that objects inherit are names like any other', async () => {
    const entry = tensor({ key: '0', count: 1, shape: [1] })
    const state = bytes('}', unicode('__proto__'), entry, 's', unicode('constructor'), entry, 's')
    const { weights } = await read(zipCheckpoint(pickle(state), one))
    expect([...weights.keys()]).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['shape']).toBeUndefined()
  })
})

describe('lying metadata is an error of the file', () => {
  const huge = 2n ** 62n
  const cases: Record<string, Buffer> = {
    'a shape beyond the storage': withTensor({ shape: [7] }),
    'a stride beyond the storage': withTensor({ shape: [2], strides: [6] }),
    'an offset beyond the storage': withTensor({ offset: 6, shape: [1] }),
    'offset and shape together': withTensor({ offset: 3, shape: [4] }),
    'a negative offset': withTensor({ offset: -1, shape: [1] }),
    'a negative size': withTensor({ shape: [-1] }),
    'a negative stride': withTensor({ offset: 5, shape: [6], strides: [-1] }),
    'a huge offset': withTensor({ offset: huge, shape: [1] }),
    'a huge size': withTensor({ shape: [huge] }),
    'sizes whose product overflows': withTensor({ shape: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1] }),
    'sizes whose product wraps round to a little': withTensor({ shape: [2n ** 32n, 2n ** 32n] }),
    'a huge stride': withTensor({ shape: [2], strides: [huge] }),
    'a small storage unfolded': withTensor({ shape: [1_000_000], strides: [0] }),
    'a small storage unfolded a little': withTensor({ shape: [12], strides: [0] }),
    'a small storage unfolded by many tensors': zipCheckpoint(
      pickle(
        dictionary(
          Object.fromEntries(
            Array.from({ length: 9 }, (_, i) => [`w${i}`, tensor({ key: '0', count: 6, shape: [6] })]),
          ),
        ),
      ),
      { 0: floats(1, 2, 3, 4, 5, 6) },
    ),
    'more strides than sizes': withTensor({ shape: [6], strides: [1, 1] }),
    'too many dimensions': withTensor({ shape: [1, 1, 1, 1, 1, 1, 1, 1, 6] }),
    'a storage said longer than it is': withTensor({ count: 7, shape: [7] }),
    'a storage said shorter than it is': withTensor({ count: 5, shape: [5] }),
    'a storage of another type than its bytes': withTensor({ type: 'DoubleStorage' }),
    'a storage of unlimited size': withTensor({ count: huge, shape: [1] }),
    'a storage of negative size': withTensor({ count: -6, shape: [1] }),
    'a storage that is not there': withTensor({ key: '9' }),
    'a storage by a path': withTensor({ key: '../version' }),
    'one storage of two types': zipCheckpoint(
      pickle(
        dictionary({
          a: tensor({ key: '0', count: 1, shape: [1] }),
          b: tensor({ key: '0', type: 'HalfStorage', count: 2, shape: [2] }),
        }),
      ),
      one,
    ),
    'a shape that is no tuple': zipCheckpoint(
      pickle(
        dictionary({
          w: reduce(
            global('torch._utils', '_rebuild_tensor_v2'),
            bytes('N'),
            integer(0),
            integer(1),
            tuple(),
            bytes(0x89),
          ),
        }),
      ),
    ),
    'no dictionary': zipCheckpoint(pickle(integer(1))),
    'no weights': zipCheckpoint(pickle(dictionary({ epoch: integer(1) }))),
    'a list that holds itself': zipCheckpoint(pickle(bytes(']', 'q', 0, 'h', 0, 'a'))),
    'a value that was never kept': zipCheckpoint(pickle(bytes('h', 5))),
    'values left over': zipCheckpoint(pickle(bytes('N', 'N'))),
    'an empty stack': zipCheckpoint(pickle(bytes(''))),
    'a mark that was not set': zipCheckpoint(pickle(bytes('t'))),
    'a value from below the mark': zipCheckpoint(pickle(bytes('N', '(', 0x85))),
    'a pickle that ends early': zipCheckpoint(bytes(0x80, 2, 'X', 255, 255, 255, 255)),
    'an endless integer': zipCheckpoint(pickle(bytes(0x8a, 255, Buffer.alloc(255, 0xff)))),
    'a pickle of the future': zipCheckpoint(bytes(0x80, 9, '}', '.')),
    'text that is not UTF-8': zipCheckpoint(pickle(bytes('X', 1, 0, 0, 0, 0xff))),
    'keys that are neither text nor numbers': zipCheckpoint(pickle(bytes('}', ')', 'N', 's'))),
    'a key without a value': zipCheckpoint(pickle(bytes('}', '(', 'N', 'u'))),
    'countless empty dictionaries': zipCheckpoint(pickle(bytes(']', Buffer.from('}a'.repeat(400_000))))),
    'countless nested tuples': zipCheckpoint(pickle(bytes(')', Buffer.alloc(400_000, 0x85)))),
    'countless marks': zipCheckpoint(pickle(Buffer.alloc(400_000, 0x28))),
    'one list unfolded into many dictionaries': zipCheckpoint(
      pickle(
        bytes(
          bytes(']', '(', ...Array.from({ length: 20_000 }, () => bytes('K', 1, 'K', 2, 0x86)), 'e', 'q', 0),
          ...Array.from({ length: 30_000 }, () => bytes(global('collections', 'OrderedDict'), 'h', 0, 0x85, 'R')),
        ),
      ),
    ),
    'legacy: another count before the storage': legacyCheckpoint(
      pickle(dictionary({ w: tensor({ key: '5', count: 1, shape: [1] }) })),
      [{ key: '5', count: 2, content: floats(1, 2) }],
    ),
    'legacy: a storage that is not listed': legacyCheckpoint(
      pickle(dictionary({ w: tensor({ key: '5', count: 1, shape: [1] }) })),
    ),
    'legacy: a storage that is listed twice': legacyCheckpoint(
      pickle(dictionary({ w: tensor({ key: '5', count: 1, shape: [1] }) })),
      [
        { key: '5', count: 1, content: floats(1) },
        { key: '5', count: 1, content: floats(1) },
      ],
    ),
    'legacy: numbers that end early': smallLegacyCheckpoint().subarray(0, -1),
    'an empty file': Buffer.alloc(0),
    'some text': Buffer.from('hello\n'),
    'a 7z archive': bytes('7z', 0xbc, 0xaf, 0x27, 0x1c, 0, 4),
    'a zip file of something else': zip([{ name: 'word/document.xml', content: Buffer.from('<w/>') }]),
    'a zip file cut short': smallCheckpoint().subarray(0, -30),
    'a big-endian zip file': zip([
      ...zipEntries(pickle(bytes('}'))),
      { name: 'archive/byteorder', content: Buffer.from('big') },
    ]),
  }

  test.each(Object.entries(cases))('%s', async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({ name: 'AppError', code: 'bad-file' })
  })
})

test('values below a mark are out of reach', () => {
  const taken = pickle(bytes('}', integer(1), 'N', '(', 's', 'u'))
  expect(() => unpickle(taken)).toThrow('it takes a value where there is none')
  expect(() => unpickle(pickle(bytes('}', '(', 'q', 0, 'u')))).toThrow('it uses a value where there is none')
})

describe('zip files that could be read in two ways are refused', () => {
  const good = zipEntries(pickle(bytes('}')))
  const [data, ...others] = good as [(typeof good)[0], ...typeof good]
  const cases: Record<string, Buffer> = {
    'another name in the entry itself': zip([{ ...data, local: { name: 'archive/xxxx.pkl' } }, ...others]),
    'another size in the entry itself': zip([{ ...data, local: { sizeBytes: 2 } }, ...others]),
    'another method in the entry itself': zip([{ ...data, local: { method: 8 } }, ...others]),
    'a compressed entry': zip([{ ...data, central: { method: 8 } }, ...others]),
    'an encrypted entry': zip([{ ...data, central: { flags: 1 } }, ...others]),
    'two entries of one name': zip([data, ...good]),
    'two entries at one place': zip([data, { ...data, name: 'archive/data/0', central: { offset: 0 } }, ...others]),
    'two pickles': zip([...good, { ...data, name: 'other/data.pkl' }]),
    'a TorchScript program': zip([...good, { name: 'archive/constants.pkl', content: pickle(bytes(')')) }]),
  }

  test.each(Object.entries(cases))('%s', async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({ name: 'AppError', code: 'refused-file' })
  })

  test('a wrong checksum is an error of the file', async () => {
    const content = zip([{ ...data, central: { crc: 1 } }, ...others])
    await expect(read(content)).rejects.toMatchObject({ code: 'bad-file' })
  })

  test('the tar format of old is refused with the cure', async () => {
    const tar = Buffer.alloc(1024)
    tar.write('sys_info', 0)
    tar.write('ustar', 257)
    await expect(read(tar)).rejects.toMatchObject({ code: 'refused-file' })
    await expect(read(tar)).rejects.toThrow(/save its state_dict again/)
  })
})
