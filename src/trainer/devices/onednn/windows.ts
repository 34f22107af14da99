import type { backend_util } from '@tensorflow/tfjs-core'

type Sized = Pick<
  backend_util.Conv2DInfo,
  'inHeight' | 'inWidth' | 'outHeight' | 'outWidth' | 'filterHeight' | 'filterWidth' | 'strideHeight' | 'strideWidth' | 'padInfo'
>

/** Strides and paddings as oneDNN takes them: what a window reaches beyond the image is all that it pads. */
export function windowOf(given: Sized): readonly [strides: number[], before: number[], after: number[]] {
  const { padInfo, strideHeight, strideWidth } = given
  const reach = (out: number, stride: number, window: number, size: number, before: number) =>
    (out - 1) * stride + window - size - before
  return [
    [strideHeight, strideWidth],
    [padInfo.top, padInfo.left],
    [
      reach(given.outHeight, strideHeight, given.filterHeight, given.inHeight, padInfo.top),
      reach(given.outWidth, strideWidth, given.filterWidth, given.inWidth, padInfo.left),
    ],
  ]
}

export function convolutionArguments(convolution: backend_util.Conv2DInfo) {
  const { inShape, filterShape, outShape } = convolution
  return [inShape, filterShape, outShape, ...windowOf(convolution)] as const
}
