import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core'
import type { OptionalOperand } from './addon.ts'
import type { OnednnBackend } from './backend.ts'

/** What a kernel of ours works with. */
export interface KernelContext {
  readonly backend: OnednnBackend
  /** tfjs's plain kernel of this name, for shapes and types that ours leaves to it; it throws where there is none. */
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

export function optionalOperand(backend: OnednnBackend, tensor: TensorInfo | null | undefined): OptionalOperand {
  return tensor == null ? [null, null] : backend.operand(tensor)
}

/** Whether the native kernels take them: floats, and not none of them. */
export function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype, shape }) => dtype === 'float32' && shape.every((size) => size > 0))
}

/** So few values that JavaScript has computed them before the threads of the addon have woken. */
export function isSmall({ shape }: TensorInfo): boolean {
  return util.sizeFromShape(shape) < 2048
}

export function areAlike(a: TensorInfo, b: TensorInfo): boolean {
  return areFloats(a, b) && a.shape.join() === b.shape.join()
}
