import type { FileHandle } from 'node:fs/promises'
import { damaged } from './checkpoint-fault.ts'
import { said } from '../../../shared/said.ts'

export interface RandomAccessFile {
  readonly sizeBytes: number
  /** Exactly so many bytes from there; damaged when the file does not have them. */
  read(offset: number, byteCount: number): Promise<Uint8Array>
}

export async function randomAccess(handle: FileHandle): Promise<RandomAccessFile> {
  const { size } = await handle.stat()
  return {
    sizeBytes: size,
    read: async (offset, byteCount) => {
      // Checked before memory is taken: what a file claims may be anything.
      if (offset + byteCount > size) damaged(said`the file is shorter than it says`)
      const bytes = new Uint8Array(byteCount)
      let done = 0
      while (done < byteCount) {
        const { bytesRead } = await handle.read(bytes, done, byteCount - done, offset + done)
        if (bytesRead === 0) damaged(said`the file became shorter while it was read`)
        done += bytesRead
      }
      return bytes
    },
  }
}
