import { sizeOf } from '../convolution.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { floatBits } from '../kernels.ts'
import { elementsAtOnce, operations } from '../operations.ts'

/** See fusedKernels.sgdUpdate: changes the parameter, and the momentum buffer, in place. */
export const sgdUpdate: KernelMaker =
  ({ backend, kernels }) =>
  ({ inputs, attrs }) => {
    const parameter = inputOf(inputs, 'parameter')
    const count = sizeOf(parameter.shape)
    const { momentumBuffer } = inputs
    kernels.run(operations.sgd, Math.ceil(count / elementsAtOnce), [
      ...[addressOf(backend, parameter), addressOf(backend, inputOf(inputs, 'gradient'))],
      ...[momentumBuffer === undefined ? 0 : addressOf(backend, momentumBuffer), count],
      ...[attrs?.['learningRate'], attrs?.['gradientScale'], attrs?.['weightDecay'], attrs?.['momentum']].map((value) =>
        floatBits(Number(value)),
      ),
    ])
    return backend.makeOutput([], 'float32', undefined, Float32Array.of(0))
  }
