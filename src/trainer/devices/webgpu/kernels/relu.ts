import { runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const [a, b] = [inputOf(inputs, 'a'), inputOf(inputs, 'b')]
    return runElementwise(backend, {
      ...{ key: 'add and relu', inputs: { a, b }, outputShape: a.shape },
      value: 'max(a[i] + b[i], 0.0)',
    })
  }

/** See fusedKernels.reluGrad. */
export const reluGrad: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const [dy, y] = [inputOf(inputs, 'dy'), inputOf(inputs, 'y')]
    return runElementwise(backend, {
      ...{ key: 'relu gradient', inputs: { dy, y }, outputShape: y.shape },
      value: 'select(0.0, dy[i], y[i] > 0.0)',
    })
  }
