import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, optionalOperand, type KernelMaker } from '../kernel-maker.ts'
import { convolutionArguments } from '../windows.ts'

type Given = Parameters<KernelFunc>[0]

/** What is done in the same pass. */
interface After {
  readonly bias: TensorInfo | null
  readonly residual: TensorInfo | null
  readonly relu: boolean
}

/** Inputs x [n,h,w,c], filter [h,w,c,out]; null where the addon does not support them. */
function convolve(
  { backend }: Parameters<KernelMaker>[0],
  { inputs, attrs = {} }: Given,
  { bias, residual, relu }: After,
): TensorInfo | null {
  const x = inputOf(inputs, 'x')
  const filter = inputOf(inputs, 'filter')
  const convolution = convolutionOf(x.shape, filter.shape, attrs)
  if (convolution === null || !areFloats(x, filter)) return null
  const takesResidual = residual !== null && attrs['overwrites'] === true && backend.isSole(residual)
  return backend.made(convolution.outShape, () =>
    backend.addon.conv2d(
      ...backend.operand(x),
      ...backend.operand(filter),
      ...optionalOperand(backend, bias),
      ...optionalOperand(backend, residual),
      ...([takesResidual, relu] as const),
      ...convolutionArguments(convolution),
    ),
  )
}

export const conv2d: KernelMaker = (context) => (given) =>
  convolve(context, given, { bias: null, residual: null, relu: false }) ?? context.original(given)

/** The same with a bias per output channel and a ReLU. */
export const fusedConv2d: KernelMaker = (context) => (given) => {
  const activation = given.attrs?.['activation']
  const bias: TensorInfo | null = given.inputs['bias'] ?? null
  const isKnown = activation === 'relu' || activation === 'linear' || activation == null
  const isPerChannel = bias === null || bias.shape.join() === String(inputOf(given.inputs, 'filter').shape[3])
  const made =
    isKnown && isPerChannel ? convolve(context, given, { bias, residual: null, relu: activation === 'relu' }) : null
  return made ?? context.original(given)
}

/** See fusedKernels.convAdd. */
export const convAdd: KernelMaker = (context) => (given) => {
  const bias = inputOf(given.inputs, 'bias')
  const residual = inputOf(given.inputs, 'residual')
  const relu = given.attrs?.['activation'] === 'relu'
  return convolve(context, given, { bias, residual, relu }) ?? context.original(given)
}
