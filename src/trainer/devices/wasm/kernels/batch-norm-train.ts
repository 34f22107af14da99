import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../convolution.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { floatBits } from '../kernels.ts'
import { normChannelsAtOnce, operations } from '../operations.ts'

/** Floats of x that one chunk covers: half of a usual second-level cache, since some chunks are read twice. */
const floatsAtOnce = 65536

export interface NormShape {
  readonly rows: number
  readonly channels: number
  /** Depends on the shape alone, so that sums come out the same whatever the number of threads. */
  readonly rowsAtOnce: number
  readonly rowChunks: number
  readonly channelChunks: number
  readonly partialBytes: number
  readonly coefficientBytes: number
}

export function normShapeOf(x: TensorInfo): NormShape {
  const channels = x.shape.at(-1) ?? 1
  const rows = sizeOf(x.shape) / channels
  const rowsAtOnce = Math.max(4, Math.floor(floatsAtOnce / channels) & ~3)
  const rowChunks = Math.ceil(rows / rowsAtOnce)
  return {
    rows,
    channels,
    rowsAtOnce,
    rowChunks,
    channelChunks: Math.ceil(channels / normChannelsAtOnce),
    partialBytes: rowChunks * channels * 8,
    coefficientBytes: channels * 12,
  }
}

/** See fusedKernels.batchNormTrain. */
export const batchNormTrain: KernelMaker =
  ({ backend, kernels }) =>
  ({ inputs, attrs }) => {
    const x = inputOf(inputs, 'x')
    const shape = normShapeOf(x)
    const y = backend.makeOutput(x.shape, 'float32')
    const perChannel = [0, 1, 2].map(() => backend.makeOutput([shape.channels], 'float32'))
    const partial = kernels.scratch(shape.partialBytes + shape.coefficientBytes)
    const values = [
      ...[addressOf(backend, x), addressOf(backend, y), 0, 0, shape.rows, shape.channels, shape.rowsAtOnce, partial],
      ...[addressOf(backend, inputOf(inputs, 'gamma')), addressOf(backend, inputOf(inputs, 'beta'))],
      ...perChannel.map((tensor) => addressOf(backend, tensor)),
      ...[partial + shape.partialBytes, attrs?.['relu'] === true ? 1 : 0, 0, 0, floatBits(Number(attrs?.['epsilon']))],
    ]
    kernels.run(operations.batchNormStatistics, shape.rowChunks, values)
    kernels.run(operations.batchNormJoinStatistics, shape.channelChunks, values)
    kernels.run(operations.batchNormNormalise, shape.rowChunks, values)
    return [y, ...perChannel]
  }
