import { crc32 } from 'node:zlib'
import { bytes, dictionary, integer, pickle, tensor, unicode } from './pickle.ts'
import type { StorageSpec } from './pickle.ts'

/* Files as torch.save writes them, and as it would never write them. */

export interface ZipEntry {
  readonly name: string
  readonly content: Uint8Array
  /** What the entry's own header says instead of the truth. */
  readonly local?: { readonly name?: string; readonly sizeBytes?: number; readonly method?: number }
  /** What the directory says instead of the truth. */
  readonly central?: {
    readonly sizeBytes?: number
    readonly storedBytes?: number
    readonly method?: number
    readonly flags?: number
    readonly crc?: number
    readonly offset?: number
  }
}

function localHeader({ name, content, local = {} }: ZipEntry): Buffer {
  const nameBytes = Buffer.from(local.name ?? name)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(local.method ?? 0, 8)
  header.writeUInt32LE(crc32(content), 14)
  header.writeUInt32LE(local.sizeBytes ?? content.length, 18)
  header.writeUInt32LE(local.sizeBytes ?? content.length, 22)
  header.writeUInt16LE(nameBytes.length, 26)
  return bytes(header, nameBytes)
}

function centralHeader({ name, content, central = {} }: ZipEntry, offset: number): Buffer {
  const nameBytes = Buffer.from(name)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(central.flags ?? 0, 8)
  header.writeUInt16LE(central.method ?? 0, 10)
  header.writeUInt32LE(central.crc ?? crc32(content), 16)
  header.writeUInt32LE(central.storedBytes ?? central.sizeBytes ?? content.length, 20)
  header.writeUInt32LE(central.sizeBytes ?? content.length, 24)
  header.writeUInt16LE(nameBytes.length, 28)
  header.writeUInt32LE(central.offset ?? offset, 42)
  return bytes(header, nameBytes)
}

export function zip(entries: readonly ZipEntry[]): Buffer {
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const whole = bytes(localHeader(entry), entry.content)
    directory.push(centralHeader(entry, offset))
    body.push(whole)
    offset += whole.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return bytes(...body, central, end)
}

export type Storages = Readonly<Record<string, Uint8Array>>

export function zipEntries(dataPickle: Uint8Array, storages: Storages = {}): ZipEntry[] {
  return [
    { name: 'archive/data.pkl', content: dataPickle },
    ...Object.entries(storages).map(([key, content]) => ({ name: `archive/data/${key}`, content })),
    { name: 'archive/version', content: Buffer.from('3\n') },
  ]
}

export function zipCheckpoint(dataPickle: Uint8Array, storages: Storages = {}): Buffer {
  return zip(zipEntries(dataPickle, storages))
}

const legacyMagic = bytes(0x80, 2, 0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.')

/** The counts that stand before the storages are those of the list. */
export function legacyCheckpoint(
  object: Uint8Array,
  storages: readonly (StorageSpec & { readonly content: Uint8Array })[] = [],
): Buffer {
  const system = pickle(
    dictionary({ protocol_version: integer(1001), little_endian: bytes(0x88), type_sizes: bytes('}') }),
  )
  const keys = pickle(bytes(']', '(', ...storages.map(({ key }) => unicode(key)), 'e'))
  const contents = storages.map(({ count, content }) => {
    const head = Buffer.alloc(8)
    head.writeBigInt64LE(BigInt(count))
    return bytes(head, content)
  })
  return bytes(legacyMagic, pickle(integer(1001)), system, object, keys, ...contents)
}

export function floats(...values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer)
}

/** A small good file, from which others are spoilt. */
export function smallCheckpoint(): Buffer {
  const state = dictionary({
    'a.weight': tensor({ key: '0', count: 6, shape: [2, 3] }),
    'a.bias': tensor({ key: '1', count: 2, shape: [2] }),
    'a.num_batches_tracked': tensor({ key: '2', type: 'LongStorage', count: 1, shape: [] }),
  })
  return zipCheckpoint(pickle(state), {
    0: floats(1, 2, 3, 4, 5, 6),
    1: floats(7, 8),
    2: Buffer.alloc(8),
  })
}

export function smallLegacyCheckpoint(): Buffer {
  const state = dictionary({
    'a.weight': tensor({ key: '100', count: 6, shape: [2, 3] }),
    'a.bias': tensor({ key: '101', count: 2, shape: [2] }),
  })
  return legacyCheckpoint(pickle(state), [
    { key: '100', count: 6, content: floats(1, 2, 3, 4, 5, 6) },
    { key: '101', count: 2, content: floats(7, 8) },
  ])
}
