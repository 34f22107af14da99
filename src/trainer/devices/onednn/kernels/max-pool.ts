import { poolingOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { windowOf } from '../windows.ts'

/** The largest value of each window; padding never wins. */
export const maxPool: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    const pooling = poolingOf(x.shape, given.attrs ?? {})
    if (pooling === null || !areFloats(x)) return original(given)
    const { inShape, outShape, filterHeight, filterWidth } = pooling
    return backend.made(outShape, () =>
      backend.addon.maxPool(
        ...backend.operand(x),
        inShape,
        outShape,
        [filterHeight, filterWidth],
        ...windowOf(pooling),
      ),
    )
  }
