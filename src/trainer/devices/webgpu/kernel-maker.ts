import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { GpuBackend } from './gpu-program.ts'

/** What a kernel of ours works with. */
export interface KernelContext {
  readonly backend: GpuBackend
  /** tfjs's kernel of this name, for what ours leaves to it; it throws where there is none. */
  readonly original: KernelFunc
}

/** Gives the kernel of one name; one file each in `kernels/`. */
export type KernelMaker = (context: KernelContext) => KernelFunc

/** The input of this name; tfjs's types allow that it misses. */
export function inputOf(inputs: Partial<Record<string, TensorInfo>>, name: string): TensorInfo {
  const input = inputs[name]
  if (input === undefined) throw new Error(`A kernel misses its input ${name}.`)
  return input
}

/** Whether our kernels take them: floats, and not none of them. */
export function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype, shape }) => dtype === 'float32' && shape.every((size) => size > 0))
}
