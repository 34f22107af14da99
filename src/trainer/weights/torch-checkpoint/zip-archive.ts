import { crc32 } from 'node:zlib'
import { damaged, refused, shown } from './checkpoint-fault.ts'
import type { RandomAccessFile } from './random-access-file.ts'
import { said } from '../../../shared/said.ts'

/*
 * The zip files that torch writes: entries stored as they are, one after another. Everything else that zip can do is
 * refused, and the two descriptions that zip keeps of each entry have to agree, so that no other reader can be shown
 * something else. Offsets: PKWARE's APPNOTE, sections 4.3 and 4.5.
 */

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const end64LocatorSignature = 0x07064b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const commentBytesMax = 0xffff
const directoryBytesMax = 16 * 2 ** 20
const entriesMax = 100_000
/** Bits of the flags: sizes follow the content; the name is UTF-8. */
const flagsAllowed = 0x0808

interface Entry {
  readonly name: string
  readonly sizeBytes: number
  readonly crc: number
  readonly headerOffset: number
}

export interface ZipArchive {
  readonly names: readonly string[]
  /** Null where there is no such entry. */
  sizeOf(name: string): number | null
  /** The whole content, checked against its CRC. */
  read(name: string): Promise<Uint8Array>
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function wide(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true)
  return value > BigInt(Number.MAX_SAFE_INTEGER)
    ? damaged(said`its zip directory claims sizes beyond 2^53`)
    : Number(value)
}

interface Directory {
  readonly offset: number
  readonly sizeBytes: number
  readonly entryCount: number
}

async function findDirectory(file: RandomAccessFile): Promise<Directory> {
  const tailStart = Math.max(0, file.sizeBytes - endBytes - commentBytesMax)
  const tail = await file.read(tailStart, file.sizeBytes - tailStart)
  const view = viewOf(tail)
  let at = tail.length - endBytes
  while (
    at >= 0 &&
    !(view.getUint32(at, true) === endSignature && at + endBytes + view.getUint16(at + 20, true) === tail.length)
  )
    at -= 1
  if (at < 0) damaged(said`its zip directory is missing: the file is incomplete`)
  const locator = at - 20
  if (locator >= 0 && view.getUint32(locator, true) === end64LocatorSignature) {
    const record = viewOf(await file.read(wide(view, locator + 8), 56))
    if (record.getUint32(0, true) !== end64Signature) damaged(said`its zip64 directory is not where it should be`)
    return { entryCount: wide(record, 32), sizeBytes: wide(record, 40), offset: wide(record, 48) }
  }
  const entryCount = view.getUint16(at + 10, true)
  return { entryCount, sizeBytes: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) }
}

/** Values that did not fit into 32 bits stand in the extra field 1, in this order. */
function widened(extra: DataView, values: readonly number[]): number[] {
  let at = 0
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== 1) at += 4 + extra.getUint16(at + 2, true)
  const end = at + 4 <= extra.byteLength ? Math.min(at + 4 + extra.getUint16(at + 2, true), extra.byteLength) : 0
  let next = at + 4
  return values.map((value) => {
    if (value !== 0xffffffff) return value
    if (next + 8 > end) damaged(said`its zip directory lacks a size`)
    next += 8
    return wide(extra, next - 8)
  })
}

function parseEntries(bytes: Uint8Array, entryCount: number): Map<string, Entry> {
  const view = viewOf(bytes)
  const utf8 = new TextDecoder('utf-8', { fatal: false })
  const entries = new Map<string, Entry>()
  let at = 0
  for (let index = 0; index < entryCount; index += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== centralSignature)
      damaged(said`its zip directory is broken`)
    const nameEnd = at + 46 + view.getUint16(at + 28, true)
    const extraEnd = nameEnd + view.getUint16(at + 30, true)
    const next = extraEnd + view.getUint16(at + 32, true)
    if (next > bytes.length) damaged(said`its zip directory is broken`)
    const name = utf8.decode(bytes.subarray(at + 46, nameEnd))
    const flags = view.getUint16(at + 8, true)
    const method = view.getUint16(at + 10, true)
    if (method !== 0) refused(said`its entry ${shown(name)} is compressed, which PyTorch never does`)
    if ((flags & ~flagsAllowed) !== 0) refused(said`its entry ${shown(name)} is encrypted or patched`)
    const [sizeBytes = 0, storedBytes = 0, headerOffset = 0] = widened(viewOf(bytes.subarray(nameEnd, extraEnd)), [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ])
    if (sizeBytes !== storedBytes) damaged(said`its entry ${shown(name)} has two sizes`)
    if (entries.has(name)) refused(said`it holds two entries ${shown(name)}`)
    entries.set(name, { name, sizeBytes, crc: view.getUint32(at + 16, true), headerOffset })
    at = next
  }
  if (at !== bytes.length) damaged(said`its zip directory is broken`)
  return entries
}

/** Where the content of an entry begins, once its own header is known to agree with the directory. */
async function contentOffset(file: RandomAccessFile, entry: Entry): Promise<number> {
  const header = await file.read(entry.headerOffset, 30)
  const view = viewOf(header)
  const label = shown(entry.name)
  if (view.getUint32(0, true) !== localSignature) damaged(said`its entry ${label} is not where the directory says`)
  const nameLength = view.getUint16(26, true)
  const name = await file.read(entry.headerOffset + 30, nameLength)
  const sizesFollow = (view.getUint16(6, true) & 8) !== 0
  const size = view.getUint32(22, true)
  const agrees =
    new TextDecoder().decode(name) === entry.name &&
    view.getUint16(8, true) === 0 &&
    (size === entry.sizeBytes || size === 0xffffffff || (sizesFollow && size === 0))
  if (!agrees) refused(said`its entry ${label} is described in two ways that disagree`)
  return entry.headerOffset + 30 + nameLength + view.getUint16(28, true)
}

/** Entries that share bytes would let a small file stand for a large one. */
function checkApart(entries: ReadonlyMap<string, Entry>, directoryOffset: number): void {
  const sorted = [...entries.values()].sort((a, b) => a.headerOffset - b.headerOffset)
  sorted.forEach((entry, index) => {
    const end = sorted[index + 1]?.headerOffset ?? directoryOffset
    if (entry.headerOffset + 30 + entry.sizeBytes > end) refused(said`its entry ${shown(entry.name)} overlaps another`)
  })
}

/** Throws a CheckpointFault. */
export async function openZip(file: RandomAccessFile): Promise<ZipArchive> {
  const { offset, sizeBytes, entryCount } = await findDirectory(file)
  if (sizeBytes > directoryBytesMax || entryCount > entriesMax) damaged(said`its zip directory is far too large`)
  const entries = parseEntries(await file.read(offset, sizeBytes), entryCount)
  checkApart(entries, offset)
  return {
    names: [...entries.keys()],
    sizeOf: (name) => entries.get(name)?.sizeBytes ?? null,
    read: async (name) => {
      const entry = entries.get(name)
      if (entry === undefined) return damaged(said`it has no entry ${shown(name)}`)
      const content = await file.read(await contentOffset(file, entry), entry.sizeBytes)
      // PyTorch can be told not to compute sums, and then writes zero.
      if (entry.crc !== 0 && crc32(content) !== entry.crc)
        damaged(said`the checksum of its entry ${shown(name)} is wrong`)
      return content
    },
  }
}
