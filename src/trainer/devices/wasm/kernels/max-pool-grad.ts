import { poolingOf } from '../../window-info.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations, poolChannelsAtOnce } from '../operations.ts'
import { poolingValues } from './max-pool.ts'

/** Replaces tfjs's, which is wrong where the largest value is not positive and where two are equal. */
export const maxPoolGrad: KernelMaker = (context) => (given) => {
  const { backend, kernels } = context
  const dy = inputOf(given.inputs, 'dy')
  const x = inputOf(given.inputs, 'input')
  const y = inputOf(given.inputs, 'output')
  const pooling = poolingOf(x.shape, given.attrs ?? {})
  if (pooling === null) return context.original(given)
  const dx = backend.makeOutput(x.shape, 'float32')
  const chunks = pooling.batchSize * Math.ceil(pooling.inChannels / poolChannelsAtOnce)
  kernels.run(operations.maxPoolGradient, chunks, [
    ...[addressOf(backend, dy), addressOf(backend, dx), ...poolingValues(pooling)],
    ...[addressOf(backend, x), addressOf(backend, y)],
  ])
  return dx
}
