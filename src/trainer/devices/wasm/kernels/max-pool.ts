import { poolingOf, type Pooling } from '../../window-info.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'

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
