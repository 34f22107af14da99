import { floatsOf, type Lanes } from './gpu-program.ts'
import type { Convolution } from '../window-info.ts'

/** What tells one convolution's code from another's: everything but the number of images. */
export function convolutionKey(c: Convolution): string {
  return [
    [c.inHeight, c.inWidth, c.inChannels, c.outHeight, c.outWidth, c.outChannels],
    [c.filterHeight, c.filterWidth, c.strideHeight, c.strideWidth, c.padInfo.top, c.padInfo.left],
  ].join(' ')
}

/**
 * WGSL of `inputAt(place, tap)`: the value of `x` that output `place` (image, y, x of the output in one number) sees
 * through `tap` (y, x of the filter and the input's channel in one number), and what its next channels hold as far as they
 * are read at once; 0 beyond the border.
 */
export function inputAt(c: Convolution, lanes: Lanes): string {
  return `
    fn inputAt(place : i32, tap : i32) -> ${floatsOf(lanes)} {
      let channel = tap % ${c.inChannels};
      let filterPlace = tap / ${c.inChannels};
      let image = place / ${c.outHeight * c.outWidth};
      let outPlace = place % ${c.outHeight * c.outWidth};
      let inY = (outPlace / ${c.outWidth}) * ${c.strideHeight} - ${c.padInfo.top} + filterPlace / ${c.filterWidth};
      let inX = (outPlace % ${c.outWidth}) * ${c.strideWidth} - ${c.padInfo.left} + filterPlace % ${c.filterWidth};
      if (inY < 0 || inY >= ${c.inHeight} || inX < 0 || inX >= ${c.inWidth}) { return ${floatsOf(lanes)}(0.0); }
      return x[(((image * ${c.inHeight} + inY) * ${c.inWidth} + inX) * ${c.inChannels} + channel) / ${lanes}];
    }`
}

/** Values that one output sees. */
export function tapCount({ filterHeight, filterWidth, inChannels }: Convolution): number {
  return filterHeight * filterWidth * inChannels
}

/** Outputs of all images. */
export function placeCount({ batchSize, outHeight, outWidth }: Convolution): number {
  return batchSize * outHeight * outWidth
}
