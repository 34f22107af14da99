/* Writes pickles instruction by instruction, good ones and ones that no pickler would write. */

/** Text as bytes one to one, numbers as one byte each. */
export function bytes(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.from([part]) : part,
    ),
  )
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

export const protocol2 = bytes(0x80, 2)
export const stop = bytes('.')

export function unicode(text: string): Buffer {
  const utf8 = Buffer.from(text, 'utf8')
  return bytes('X', uint32(utf8.length), utf8)
}

/** Any whole number, in the shortest instruction that holds it. */
export function integer(value: number | bigint): Buffer {
  if (value >= 0 && value < 256) return bytes('K', Number(value))
  if (value >= -(2 ** 31) && value < 2 ** 31) return bytes('J', uint32(Number(value) >>> 0))
  const buffer = Buffer.alloc(16)
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value) >> 64n), 8)
  return bytes(0x8a, 16, buffer)
}

export function global(module: string, name: string): Buffer {
  return bytes('c', `${module}\n${name}\n`)
}

export function tuple(...items: readonly Uint8Array[]): Buffer {
  return bytes('(', ...items, 't')
}

export function reduce(callable: Uint8Array, ...args: readonly Uint8Array[]): Buffer {
  return bytes(callable, tuple(...args), 'R')
}

export const emptyOrderedDict = reduce(global('collections', 'OrderedDict'))

export interface StorageSpec {
  readonly key: string
  readonly type?: string
  readonly count: number | bigint
}

export function storage({ key, type = 'FloatStorage', count }: StorageSpec): Buffer {
  const id = tuple(unicode('storage'), global('torch', type), unicode(key), unicode('cpu'), integer(count))
  return bytes(id, 'Q')
}

export interface TensorSpec extends StorageSpec {
  readonly offset?: number | bigint
  readonly shape: readonly (number | bigint)[]
  /** Default: row-major. */
  readonly strides?: readonly (number | bigint)[]
}

export function rowMajor(shape: readonly (number | bigint)[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce<number>((product, size) => product * Number(size), 1))
}

export function tensor({ offset = 0, shape, strides = rowMajor(shape), ...of }: TensorSpec): Buffer {
  return reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    storage(of),
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    bytes(0x89),
    emptyOrderedDict,
  )
}

/** A dictionary, in the order given. */
export function dictionary(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  const items = Object.entries(entries).map(([key, value]) => bytes(unicode(key), value))
  return bytes('}', '(', ...items, 'u')
}

export function pickle(value: Uint8Array): Buffer {
  return bytes(protocol2, value, stop)
}
