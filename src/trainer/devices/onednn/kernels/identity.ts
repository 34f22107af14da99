import { Variable } from '@tensorflow/tfjs-core'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** A second handle on the same data. Variables are copied, because `AthanorSgdUpdate` changes them in place. */
export const identity: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    if (!(x instanceof Variable)) return original(given)
    const copy = backend.readSync(x.dataId).slice(0) as Float32Array
    return backend.makeTensorInfo([...x.shape], x.dtype, copy)
  }
