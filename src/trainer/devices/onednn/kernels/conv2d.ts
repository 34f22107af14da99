import type { TensorInfo } from '@tensorflow/tfjs-core'
import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, optionalOperand, type KernelMaker } from '../kernel-maker.ts'
import { convolutionArguments } from '../windows.ts'

/** Inputs x [n,h,w,c], filter [h,w,c,out]. */
export const conv2d: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    const filter = inputOf(given.inputs, 'filter')
    const convolution = convolutionOf(x.shape, filter.shape, given.attrs ?? {})
    if (convolution === null || !areFloats(x, filter)) return original(given)
    return backend.made(convolution.outShape, () =>
      backend.addon.conv2d(
        ...backend.operand(x),
        ...backend.operand(filter),
        ...optionalOperand(backend, null),
        false,
        ...convolutionArguments(convolution),
      ),
    )
  }

/** The same with a bias per output channel and a ReLU, in the same pass. */
export const fusedConv2d: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const activation = given.attrs?.['activation']
    const x = inputOf(given.inputs, 'x')
    const filter = inputOf(given.inputs, 'filter')
    const bias: TensorInfo | null = given.inputs['bias'] ?? null
    const convolution = convolutionOf(x.shape, filter.shape, given.attrs ?? {})
    const isKnown = activation === 'relu' || activation === 'linear' || activation == null
    const isPerChannel = bias === null || bias.shape.join() === String(filter.shape[3])
    if (convolution === null || !isKnown || !isPerChannel || !areFloats(x, filter)) return original(given)
    return backend.made(convolution.outShape, () =>
      backend.addon.conv2d(
        ...backend.operand(x),
        ...backend.operand(filter),
        ...optionalOperand(backend, bias),
        activation === 'relu',
        ...convolutionArguments(convolution),
      ),
    )
  }
