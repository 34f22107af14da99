import { poolingOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { windowOf } from '../windows.ts'

/** The gradient goes to where the largest value of each window was. Inputs dy, input, output. */
export const maxPoolGrad: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const dy = inputOf(given.inputs, 'dy')
    const x = inputOf(given.inputs, 'input')
    const y = inputOf(given.inputs, 'output')
    const pooling = poolingOf(x.shape, given.attrs ?? {})
    if (pooling === null || !areFloats(dy, x, y)) return original(given)
    const { inShape, outShape, filterHeight, filterWidth } = pooling
    return backend.made(inShape, () =>
      backend.addon.maxPoolGradient(
        ...backend.operand(dy),
        ...backend.operand(x),
        ...backend.operand(y),
        inShape,
        outShape,
        [filterHeight, filterWidth],
        ...windowOf(pooling),
      ),
    )
  }
