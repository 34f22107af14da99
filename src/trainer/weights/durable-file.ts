import { createHash } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from './file-errors.ts'

export interface WrittenFile {
  readonly sizeBytes: number
  readonly sha256: string
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its renames are journaled.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Writes a file so that its name only ever stands for the whole old or the whole new content, whatever fails: to a
 * temporary name beside it, synced, renamed, the folder synced. Errors: disk-full, no-permission, not-found.
 */
export async function writeDurably(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${file}.${process.pid}.part`
  try {
    const handle = await open(temporary, 'w')
    try {
      for (const chunk of chunks) {
        // `writeFile` on a handle goes on where it is and, unlike `write`, until everything is written.
        await handle.writeFile(chunk)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw fileError(error, file)
  }
}

/** As `writeDurably`; says what was written. */
export async function writeHashed(file: string, chunks: Iterable<Uint8Array>): Promise<WrittenFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  function* passing(): Generator<Uint8Array> {
    for (const chunk of chunks) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      yield chunk
    }
  }
  await writeDurably(file, passing())
  return { sizeBytes, sha256: hash.digest('hex') }
}
