import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'

type Pooling = backend_util.Conv2DInfo

/** Null for dilated windows, which our kernel leaves out. */
export function poolingOf(shape: readonly number[], attrs: NamedAttrMap): Pooling | null {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: number | [number, number]
    strides: number | [number, number]
    pad: 'same' | 'valid' | number
    dimRoundingMode?: 'floor' | 'round' | 'ceil'
  }
  const size: [number, number, number, number] = [shape[0] ?? 0, shape[1] ?? 0, shape[2] ?? 0, shape[3] ?? 0]
  const pooling = backend_util.computePool2DInfo(size, filterSize, strides, 1, pad, dimRoundingMode)
  return pooling.dilationHeight === 1 && pooling.dilationWidth === 1 ? pooling : null
}

/** What the pooling operations take after the addresses of their first two arguments. */
export function poolingValues(pooling: Pooling): readonly number[] {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } = pooling
  return [
    ...[inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth],
    ...[pooling.strideHeight, pooling.strideWidth, padInfo.top, padInfo.left],
  ]
}

/** The largest value of each window on every thread; padding never wins. */
export const maxPool: KernelMaker = (context) => (given) => {
  const { backend, kernels } = context
  const x = inputOf(given.inputs, 'x')
  const pooling = poolingOf(x.shape, given.attrs ?? {})
  if (pooling === null || x.dtype !== 'float32') return context.original(given)
  const y = backend.makeOutput(pooling.outShape, 'float32')
  kernels.run(operations.maxPool, pooling.batchSize * pooling.outHeight, [
    ...[addressOf(backend, x), addressOf(backend, y), ...poolingValues(pooling)],
  ])
  return y
}
