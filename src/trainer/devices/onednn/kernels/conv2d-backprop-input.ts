import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { convolutionArguments } from '../windows.ts'

/** The gradient of a convolution towards its input. Inputs dy, filter; attribute inputShape. */
export const conv2dBackpropInput: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const dy = inputOf(given.inputs, 'dy')
    const filter = inputOf(given.inputs, 'filter')
    const attrs = given.attrs ?? {}
    const convolution = convolutionOf(attrs['inputShape'] as unknown as number[], filter.shape, attrs)
    if (convolution === null || !areFloats(dy, filter)) return original(given)
    return backend.made(convolution.inShape, () =>
      backend.addon.conv2dInputGradient(
        ...backend.operand(dy),
        ...backend.operand(filter),
        ...convolutionArguments(convolution),
      ),
    )
  }
