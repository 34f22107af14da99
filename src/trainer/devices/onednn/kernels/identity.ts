import { type TensorInfo, Variable } from '@tensorflow/tfjs-core'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** A second handle on the same data. Variables are copied, because `AthanorSgdUpdate` changes them in place. */
export const identity: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    if (!isVariable(x)) return original(given)
    return backend.makeTensorInfo(x.shape, x.dtype, backend.readSync(x.dataId).slice(0))
  }

const isVariable = (tensor: TensorInfo): boolean => tensor instanceof Variable
