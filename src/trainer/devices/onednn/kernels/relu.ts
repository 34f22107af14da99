import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'

export const relu: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    if (!areFloats(x)) return original(given)
    return backend.made(x.shape, () => backend.addon.relu(...backend.operand(x)))
  }

/** See fusedKernels.reluGrad. */
export const reluGrad: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const dy = inputOf(inputs, 'dy')
    const y = inputOf(inputs, 'y')
    return backend.made(y.shape, () => backend.addon.reluGradient(...backend.operand(dy), ...backend.operand(y)))
  }
