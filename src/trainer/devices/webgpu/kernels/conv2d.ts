import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { floatsOf, lanesOf, reluOf } from '../gpu-program.ts'
import { tiledProduct } from '../tiled-product.ts'
import { convolutionKey, inputAt, placeCount, tapCount } from '../windows.ts'

type Given = Parameters<KernelFunc>[0]

/** What is done in the same pass. */
interface After {
  readonly bias: TensorInfo | null
  readonly residual: TensorInfo | null
  readonly relu: boolean
}

/** Inputs x [n,h,w,c], filter [h,w,c,out]: the outputs' places by taps, times taps by channels. Null for other types. */
function convolve(
  { backend }: Parameters<KernelMaker>[0],
  { inputs, attrs = {} }: Given,
  { bias, residual, relu }: After,
): TensorInfo | null {
  const x = inputOf(inputs, 'x')
  const filter = inputOf(inputs, 'filter')
  const convolution = convolutionOf(x.shape, filter.shape, attrs)
  if (convolution === null || !areFloats(x, filter)) return null
  const { outChannels, outShape } = convolution
  const [inLanes, outLanes] = [lanesOf(convolution.inChannels), lanesOf(outChannels)]
  const ofResidual = `residual[(row * ${outChannels} + column) / ${outLanes}]`
  const sum = ['value', bias && `bias[column / ${outLanes}]`, residual && ofResidual]
  const added = sum.filter((part) => part !== null).join(' + ')
  const parts = [bias && 'bias', residual && 'residual', relu && 'relu'].filter((part) => typeof part === 'string')
  return tiledProduct(backend, {
    key: ['convolution', ...parts, convolutionKey(convolution)].join(' '),
    inputs: { x, filterValues: filter, ...(bias && { bias }), ...(residual && { residual }) },
    inputLanes: { x: inLanes, filterValues: outLanes, bias: outLanes, residual: outLanes },
    rows: placeCount(convolution),
    inner: tapCount(convolution),
    columns: outChannels,
    elements: `
      ${inputAt(convolution, inLanes)}
      fn left(row : i32, inner : i32) -> ${floatsOf(inLanes)} { return inputAt(row, inner); }
      fn right(inner : i32, column : i32) -> ${floatsOf(outLanes)} {
        return filterValues[(inner * ${outChannels} + column) / ${outLanes}];
      }`,
    left: { along: 'inner', lanes: inLanes },
    right: { along: 'column', lanes: outLanes },
    columnLanes: outLanes,
    written: relu ? reluOf(`(${added})`, outLanes) : added,
    outputShape: outShape,
  })
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
