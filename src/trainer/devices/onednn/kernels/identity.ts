import { Variable } from '@tensorflow/tfjs-core'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** A second handle on the same data; of a variable on data of its own, because `AthanorSgdUpdate` changes those in place. */
export const identity: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    return x instanceof Variable ? backend.copied(x) : original(given)
  }
