import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { normShapeOf } from './batch-norm-train.ts'

/** See fusedKernels.batchNormTrainGrad. */
export const batchNormTrainGrad: KernelMaker =
  ({ backend, kernels }) =>
  ({ inputs, attrs }) => {
    const x = inputOf(inputs, 'x')
    const shape = normShapeOf(x)
    const dx = backend.makeOutput(x.shape, 'float32')
    const dgamma = backend.makeOutput([shape.channels], 'float32')
    const dbeta = backend.makeOutput([shape.channels], 'float32')
    const partial = kernels.scratch(shape.partialBytes + shape.coefficientBytes)
    const relu = attrs?.['relu'] === true
    const values = [
      ...[addressOf(backend, x), relu ? addressOf(backend, inputOf(inputs, 'y')) : 0],
      ...[addressOf(backend, inputOf(inputs, 'dy')), addressOf(backend, dx)],
      ...[shape.rows, shape.channels, shape.rowsAtOnce, partial, addressOf(backend, inputOf(inputs, 'gamma')), 0],
      ...[addressOf(backend, inputOf(inputs, 'mean')), 0, addressOf(backend, inputOf(inputs, 'inverseDeviation'))],
      ...[partial + shape.partialBytes, relu ? 1 : 0, addressOf(backend, dgamma), addressOf(backend, dbeta)],
    ]
    kernels.run(operations.batchNormGradientSums, shape.rowChunks, values)
    kernels.run(operations.batchNormJoinGradient, shape.channelChunks, values)
    kernels.run(operations.batchNormInputGradient, shape.rowChunks, values)
    return [dx, dgamma, dbeta]
  }
