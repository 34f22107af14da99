import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../convolution.ts'
import { addressOf, type KernelContext } from '../kernel-maker.ts'
import { elementsAtOnce, type Operation } from '../operations.ts'

/** Runs an operation that takes one or two tensors of one shape and gives one like them. */
export function elementwise(
  { backend, kernels }: KernelContext,
  operation: Operation,
  inputs: readonly [TensorInfo, TensorInfo?],
): TensorInfo {
  const [a, b] = inputs
  const out = backend.makeOutput(a.shape, 'float32')
  const count = sizeOf(a.shape)
  kernels.run(operation, Math.ceil(count / elementsAtOnce), [
    ...[addressOf(backend, a), b === undefined ? 0 : addressOf(backend, b), addressOf(backend, out), count],
  ])
  return out
}

/** Whether both hold floats in one shape, so that nothing is broadcast. */
export function areAlike(a: TensorInfo, b: TensorInfo): boolean {
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis])
  )
}
