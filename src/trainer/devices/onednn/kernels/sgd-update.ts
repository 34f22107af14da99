import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.sgdUpdate: changes the parameter, and the momentum buffer, in place. */
export const sgdUpdate: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const { momentumBuffer } = inputs
    backend.native(() =>
      backend.addon.sgdUpdate(
        ...backend.changing(inputOf(inputs, 'parameter')),
        ...backend.operand(inputOf(inputs, 'gradient')),
        ...(momentumBuffer === undefined ? ([null, null] as const) : backend.changing(momentumBuffer)),
        Number(attrs?.['learningRate']),
        Number(attrs?.['gradientScale']),
        Number(attrs?.['weightDecay']),
        Number(attrs?.['momentum']),
      ),
    )
    return backend.makeTensorInfo([], 'float32', Float32Array.of(0))
  }
