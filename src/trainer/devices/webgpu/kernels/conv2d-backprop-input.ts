import { convolutionOf } from '../../window-info.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { tiledProduct } from '../tiled-product.ts'
import { convolutionKey } from '../windows.ts'

/**
 * The gradient of a convolution towards its input. Inputs dy, filter; attribute inputShape. Input places by (y, x of the
 * filter, output channel), times those by input channels.
 */
export const conv2dBackpropInput: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const dy = inputOf(given.inputs, 'dy')
    const filter = inputOf(given.inputs, 'filter')
    const attrs = given.attrs ?? {}
    const c = convolutionOf(attrs['inputShape'] as unknown as number[], filter.shape, attrs)
    if (c === null || !areFloats(dy, filter)) return original(given)
    return tiledProduct(backend, {
      key: `input gradient ${convolutionKey(c)}`,
      inputs: { dy, filterValues: filter },
      rows: c.batchSize * c.inHeight * c.inWidth,
      inner: c.filterHeight * c.filterWidth * c.outChannels,
      columns: c.inChannels,
      elements: `
        fn left(row : i32, inner : i32) -> f32 {
          let channel = inner % ${c.outChannels};
          let filterPlace = inner / ${c.outChannels};
          let image = row / ${c.inHeight * c.inWidth};
          let inPlace = row % ${c.inHeight * c.inWidth};
          // By how much the output that looked here through this tap would be shifted; a stride leaves some out.
          let y = inPlace / ${c.inWidth} + ${c.padInfo.top} - filterPlace / ${c.filterWidth};
          let x = inPlace % ${c.inWidth} + ${c.padInfo.left} - filterPlace % ${c.filterWidth};
          if (y < 0 || x < 0 || y % ${c.strideHeight} != 0 || x % ${c.strideWidth} != 0) { return 0.0; }
          let outY = y / ${c.strideHeight};
          let outX = x / ${c.strideWidth};
          if (outY >= ${c.outHeight} || outX >= ${c.outWidth}) { return 0.0; }
          return dy[((image * ${c.outHeight} + outY) * ${c.outWidth} + outX) * ${c.outChannels} + channel];
        }
        fn right(inner : i32, column : i32) -> f32 {
          let channel = inner % ${c.outChannels};
          let filterPlace = inner / ${c.outChannels};
          return filterValues[(filterPlace * ${c.inChannels} + column) * ${c.outChannels} + channel];
        }`,
      leftAlong: 'inner',
      rightAlong: 'inner',
      outputShape: c.inShape,
    })
  }
