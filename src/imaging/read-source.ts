import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { sizeBytesMax } from './limits.ts'
import { RefusedImage } from './refused-image.ts'
import { said } from '../shared/said.ts'

/** A file's bytes as they were in one moment, with what identifies them. */
export interface Source {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes in hex. */
  readonly contentHash: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** Filled while reading, so that a refusal can still say what was known by then. */
export interface SourceFacts {
  sizeBytes: number
  modifiedAtMs: number
  contentHash: string | null
}

/**
 * Reads a regular file once, following links. Never waits for a pipe and never opens a device: it is looked at before
 * it is opened, and opened without blocking in case it was exchanged in between.
 * Throws `RefusedImage`.
 */
export async function readSource(file: string, facts?: SourceFacts): Promise<Source> {
  let handle: FileHandle | undefined
  try {
    refuseUnlessFile(await stat(file))
    // Windows knows no O_NONBLOCK.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const before = await handle.stat()
    refuseUnlessFile(before)
    if (facts) Object.assign(facts, { sizeBytes: before.size, modifiedAtMs: before.mtimeMs })
    if (before.size === 0) throw new RefusedImage('empty', said`The file is empty.`)
    if (before.size > sizeBytesMax) {
      throw new RefusedImage(
        'too-large',
        said`The file is larger than ${sizeBytesMax / 2 ** 20} MiB. Save a smaller copy.`,
      )
    }
    const bytes = await readExactly(handle, before.size)
    const after = await handle.stat()
    if (bytes === null || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new RefusedImage('changed-while-reading', said`The file changed while it was being read. Import it again.`)
    }
    const contentHash = createHash('sha256').update(bytes).digest('hex')
    if (facts) facts.contentHash = contentHash
    return { bytes, contentHash, sizeBytes: before.size, modifiedAtMs: before.mtimeMs }
  } catch (error) {
    throw refusalOfFileSystem(error)
  } finally {
    await handle?.close()
  }
}

/** Whether a file has the size and the time of its last change that it had when it was read. False where it is gone. */
export async function isAsItWas(
  file: string,
  { sizeBytes, modifiedAtMs }: Pick<Source, 'sizeBytes' | 'modifiedAtMs'>,
): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(file)
    return size === sizeBytes && mtimeMs === modifiedAtMs
  } catch {
    return false
  }
}

/** Null where the file turned out to be shorter or longer than it said. */
async function readExactly(handle: FileHandle, sizeBytes: number): Promise<Uint8Array | null> {
  // One byte more than expected shows a file that has grown.
  const buffer = Buffer.allocUnsafeSlow(sizeBytes + 1)
  let filled = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled)
    filled += bytesRead
    if (filled > sizeBytes) return null
    if (bytesRead === 0 || filled === sizeBytes) break
  }
  return filled === sizeBytes ? buffer.subarray(0, sizeBytes) : null
}

function refuseUnlessFile(found: Stats): void {
  if (found.isFile()) return
  const kind = found.isDirectory()
    ? said`a folder`
    : found.isFIFO()
      ? said`a pipe`
      : found.isSocket()
        ? said`a socket`
        : said`a device`
  throw new RefusedImage('not-a-file', said`This is ${kind}, not a file.`)
}

function refusalOfFileSystem(error: unknown): unknown {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new RefusedImage('no-permission', said`You have no permission to read the file.`, { cause: error })
    case 'ENOENT':
    case 'ENOTDIR':
      return new RefusedImage('missing', said`There is no file at this path any more.`, { cause: error })
    case 'ELOOP':
      return new RefusedImage('not-a-file', said`The link leads back to itself.`, { cause: error })
    case 'ENXIO':
    case 'ENODEV':
    case 'EISDIR':
      return new RefusedImage('not-a-file', said`This is not a regular file.`, { cause: error })
    default:
      if (typeof code !== 'string') return error
      return new RefusedImage('corrupt', said`The file could not be read from its disk (${code}).`, { cause: error })
  }
}
