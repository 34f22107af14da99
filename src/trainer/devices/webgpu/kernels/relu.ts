import { reluOf, runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const [a, b] = [inputOf(inputs, 'a'), inputOf(inputs, 'b')]
    return runElementwise(backend, {
      ...{ key: 'add and relu', inputs: { a, b }, outputShape: a.shape },
      before: 'let sum = a[i] + b[i];',
      value: reluOf('sum'),
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
