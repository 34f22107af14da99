import { Variable } from '@tensorflow/tfjs-core'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/**
 * A second handle on the same data, where tfjs's copies: every activation that is saved for a gradient passes here.
 * Variables are copied, because `AthanorSgdUpdate` changes them in place.
 */
export const identity: KernelMaker = (context) => (given) => {
  const x = inputOf(given.inputs, 'x')
  if (x.dtype === 'string' || x instanceof Variable) return context.original(given)
  context.backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}
