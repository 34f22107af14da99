import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/** What a kernel of ours works with. */
export interface KernelContext {
  readonly backend: BackendWasm
  readonly kernels: Kernels
  /** tfjs's own kernel of this name, for shapes and types that ours leaves to it; it throws where there is none. */
  readonly original: KernelFunc
}

/** Gives the kernel of one name; one file each in `kernels/`. */
export type KernelMaker = (context: KernelContext) => KernelFunc

/** Where the values of a tensor lie in the shared memory. */
export function addressOf(backend: BackendWasm, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset
}

/** The input of this name; tfjs's types allow that it misses. */
export function inputOf(inputs: Partial<Record<string, TensorInfo>>, name: string): TensorInfo {
  const input = inputs[name]
  if (input === undefined) throw new Error(`A kernel misses its input ${name}.`)
  return input
}
