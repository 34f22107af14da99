import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { convolutionArguments } from '../windows.ts'

/** The gradient of a convolution towards its filter. Inputs x, dy; attribute filterShape. */
export const conv2dBackpropFilter: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    const dy = inputOf(given.inputs, 'dy')
    const attrs = given.attrs ?? {}
    const convolution = convolutionOf(x.shape, attrs['filterShape'] as unknown as number[], attrs)
    if (convolution === null || !areFloats(x, dy)) return original(given)
    return backend.made(convolution.filterShape, () =>
      backend.addon.conv2dFilterGradient(
        ...backend.operand(x),
        ...backend.operand(dy),
        ...convolutionArguments(convolution),
      ),
    )
  }
