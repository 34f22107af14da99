import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fileError } from '../weights/file-errors.ts'

/** Features of images by content hash, kept on disk so that a resumed run and the next one need not compute them. */
export interface FeatureCache {
  get(contentHash: string): Float32Array | undefined
  /** Written at once; a crash costs at most what was being written. Errors: disk-full, no-permission. */
  add(features: ReadonlyMap<string, Float32Array>): Promise<void>
  close(): Promise<void>
}

const hashBytes = 32
const checkBytes = 4

/**
 * Opens the cache of everything that `key` stands for: equal keys must mean equal features. Each writer has a file of
 * its own, of records (content hash, features, CRC-32 of both) without a header; what a crash cut off is left aside.
 */
export async function openFeatureCache(
  featuresFolder: string,
  { key, width, writer }: { readonly key: unknown; readonly width: number; readonly writer: string },
): Promise<FeatureCache> {
  const folder = join(featuresFolder, createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32))
  await mkdir(folder, { recursive: true })
  const known = new Map<string, Float32Array>()
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.features'))) {
    readRecords(await readFile(join(folder, name)), width, known)
  }
  let handle: FileHandle | null = null
  return {
    get: (contentHash) => known.get(contentHash),
    async add(features) {
      try {
        handle ??= await createSegment(folder, writer)
        await handle.writeFile(Buffer.concat([...features].map(([hash, values]) => recordOf(hash, values))))
      } catch (thrown) {
        throw fileError(thrown, folder)
      }
      for (const [hash, values] of features) known.set(hash, values)
    },
    async close() {
      await handle?.close()
      handle = null
    },
  }
}

/** Of a network that is one run's own: nobody else could use what is kept. */
export function createPassingCache(): FeatureCache {
  const known = new Map<string, Float32Array>()
  return {
    get: (contentHash) => known.get(contentHash),
    add: async (features) => {
      for (const [hash, values] of features) known.set(hash, values)
    },
    close: async () => known.clear(),
  }
}

async function createSegment(folder: string, writer: string): Promise<FileHandle> {
  for (let number = 1; ; number += 1) {
    try {
      return await open(join(folder, `${writer}-${number}.features`), 'wx')
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EEXIST') throw error
    }
  }
}

function recordOf(contentHash: string, values: Float32Array): Buffer {
  const body = Buffer.concat([
    Buffer.from(contentHash, 'hex'),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ])
  const check = Buffer.alloc(checkBytes)
  check.writeUInt32LE(crc32(body))
  return Buffer.concat([body, check])
}

function readRecords(bytes: Buffer, width: number, into: Map<string, Float32Array>): void {
  const bodyBytes = hashBytes + width * Float32Array.BYTES_PER_ELEMENT
  for (let at = 0; at + bodyBytes + checkBytes <= bytes.length; at += bodyBytes + checkBytes) {
    const body = bytes.subarray(at, at + bodyBytes)
    if (crc32(body) !== bytes.readUInt32LE(at + bodyBytes)) continue
    // Copied, because records lie unaligned.
    const values = new Float32Array(Uint8Array.from(body.subarray(hashBytes)).buffer)
    into.set(body.toString('hex', 0, hashBytes), values)
  }
}
