import type { Convolution, Pooling } from '../window-info.ts'

type Pair = [height: number, width: number]

/** Strides and paddings as oneDNN takes them: what a window reaches beyond the image is all that it pads. */
export function windowOf(given: Pooling): readonly [strides: Pair, before: Pair, after: Pair] {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, outHeight, outWidth } = given
  const reachDown = (outHeight - 1) * strideHeight + filterHeight
  const reachAcross = (outWidth - 1) * strideWidth + filterWidth
  return [
    [strideHeight, strideWidth],
    [padInfo.top, padInfo.left],
    [reachDown - given.inHeight - padInfo.top, reachAcross - given.inWidth - padInfo.left],
  ]
}

export function convolutionArguments(convolution: Convolution) {
  const { inShape, filterShape, outShape } = convolution
  return [inShape, filterShape, outShape, ...windowOf(convolution)] as const
}
