import { stat } from 'node:fs/promises'
import { fileError } from './file-errors.ts'

/** Differs once a file is another one. Errors: not-found, no-permission. */
export async function fileState(file: string): Promise<readonly number[]> {
  try {
    const { ino, size, mtimeMs } = await stat(file)
    return [ino, size, mtimeMs]
  } catch (error) {
    throw fileError(error, file)
  }
}
