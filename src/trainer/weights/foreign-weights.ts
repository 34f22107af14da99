import { open } from 'node:fs/promises'
import { fileError } from './file-errors.ts'
import { readSafetensors } from './safetensors.ts'
import { readTorchCheckpoint } from './torch-checkpoint/read-torch-checkpoint.ts'
import type { WeightMap } from './weight-map.ts'

export interface ForeignWeights {
  readonly weights: WeightMap
  /** Names of tensors that hold NaN or infinity. */
  readonly notFinite: readonly string[]
}

/** A safetensors header begins with `{` after its 64-bit length, of which the upper bytes are zero. */
function isSafetensors(start: Uint8Array): boolean {
  return start[8] === 0x7b && start.subarray(5, 8).every((byte) => byte === 0)
}

/** Reads weights of either kind, told apart by their first bytes and not by the name of the file. */
export async function readForeignWeights(file: string): Promise<ForeignWeights> {
  const start = new Uint8Array(9)
  try {
    const handle = await open(file, 'r')
    try {
      await handle.read(start, 0, start.length, 0)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw fileError(error, file)
  }
  return isSafetensors(start) ? readSafetensors(file) : readTorchCheckpoint(file)
}
