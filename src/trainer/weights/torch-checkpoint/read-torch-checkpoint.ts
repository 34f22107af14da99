import { open } from 'node:fs/promises'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { fileError } from '../file-errors.ts'
import type { ForeignWeights } from '../foreign-weights.ts'
import { isAllFinite } from '../number-formats.ts'
import type { WeightMap } from '../weight-map.ts'
import { CheckpointFault, refused } from './checkpoint-fault.ts'
import { readLegacyCheckpoint } from './legacy-checkpoint.ts'
import { randomAccess } from './random-access-file.ts'
import type { RandomAccessFile } from './random-access-file.ts'
import { readZipCheckpoint } from './zip-checkpoint.ts'

function startsWith(bytes: Uint8Array, text: string, offset = 0): boolean {
  return [...text].every((character, index) => bytes[offset + index] === character.charCodeAt(0))
}

async function readAnyFormat(file: RandomAccessFile): Promise<WeightMap> {
  const start = await file.read(0, Math.min(file.sizeBytes, 512))
  if (startsWith(start, 'PK\x03\x04')) return readZipCheckpoint(file)
  if (startsWith(start, 'ustar', 257)) {
    refused(
      said`it is in the tar format that PyTorch wrote before 2017: load it with PyTorch and save its state_dict again`,
    )
  }
  return readLegacyCheckpoint(file)
}

/**
 * Reads the weights out of a PyTorch checkpoint, of the zip format or the one before it, without running anything:
 * tensors, dictionaries and plain values are all that can come of it. There is no other way to load a refused file.
 * Errors: not-found, no-permission, bad-file, refused-file naming the instruction or the name that was asked for.
 */
export async function readTorchCheckpoint(file: string): Promise<ForeignWeights> {
  try {
    const handle = await open(file, 'r')
    try {
      const weights = await readAnyFormat(await randomAccess(handle))
      const notFinite = [...weights].filter(([, { values }]) => !isAllFinite(values)).map(([name]) => name)
      return { weights, notFinite }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!(error instanceof CheckpointFault)) throw fileError(error, file)
    throw error.kind === 'refused'
      ? new AppError(
          'refused-file',
          said`${file} was refused: ${error.message}. Nothing of it was run. Ask whoever made it for a safetensors file.`,
          { cause: error },
        )
      : new AppError('bad-file', said`${file} cannot be read: ${error.message}.`, { cause: error })
  }
}
