import { floatsOf, lanesOfShape, reluOf, runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const [a, b] = [inputOf(inputs, 'a'), inputOf(inputs, 'b')]
    const lanes = lanesOfShape(a.shape)
    return runElementwise(backend, {
      ...{ key: 'add and relu', inputs: { a, b }, outputShape: a.shape, lanes },
      before: 'let sum = a[i] + b[i];',
      value: reluOf('sum', lanes),
    })
  }

/** See fusedKernels.reluGrad. */
export const reluGrad: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const [dy, y] = [inputOf(inputs, 'dy'), inputOf(inputs, 'y')]
    const lanes = lanesOfShape(y.shape)
    const zero = `${floatsOf(lanes)}(0.0)`
    return runElementwise(backend, {
      ...{ key: 'relu gradient', inputs: { dy, y }, outputShape: y.shape, lanes },
      value: `select(${zero}, dy[i], y[i] > ${zero})`,
    })
  }
