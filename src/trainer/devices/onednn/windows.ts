import type { Convolution, Pooling } from '../window-info.ts'

/** Strides and paddings as oneDNN takes them: what a window reaches beyond the image is all that it pads. */
export function windowOf(
  given: Convolution | Pooling,
): readonly [strides: number[], before: number[], after: number[]] {
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

export function convolutionArguments(convolution: Convolution) {
  const { inShape, filterShape, outShape } = convolution
  return [inShape, filterShape, outShape, ...windowOf(convolution)] as const
}
