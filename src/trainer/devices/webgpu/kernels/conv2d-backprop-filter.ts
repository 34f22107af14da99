import { convolutionOf } from '../../window-info.ts'
import { floatsOf, lanesOf } from '../gpu-program.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { splitsOf, tiledProduct } from '../tiled-product.ts'
import { convolutionKey, inputAt, placeCount, tapCount } from '../windows.ts'

/**
 * The gradient of a convolution towards its filter. Inputs x, dy; attribute filterShape. Taps by places, times places by
 * channels: few numbers come out of many, so the places are summed up in parts.
 */
export const conv2dBackpropFilter: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    const dy = inputOf(given.inputs, 'dy')
    const attrs = given.attrs ?? {}
    const convolution = convolutionOf(x.shape, attrs['filterShape'] as unknown as number[], attrs)
    if (convolution === null || !areFloats(x, dy)) return original(given)
    const { outChannels, filterShape } = convolution
    const size = { rows: tapCount(convolution), inner: placeCount(convolution), columns: outChannels }
    const [inLanes, outLanes] = [lanesOf(convolution.inChannels), lanesOf(outChannels)]
    return tiledProduct(backend, {
      ...size,
      key: `filter gradient ${convolutionKey(convolution)}`,
      inputs: { x, dy },
      inputLanes: { x: inLanes, dy: outLanes },
      elements: `
        ${inputAt(convolution, inLanes)}
        fn left(row : i32, inner : i32) -> ${floatsOf(inLanes)} { return inputAt(inner, row); }
        fn right(inner : i32, column : i32) -> ${floatsOf(outLanes)} {
          return dy[(inner * ${outChannels} + column) / ${outLanes}];
        }`,
      left: { along: 'row', lanes: inLanes },
      right: { along: 'column', lanes: outLanes, isGradient: true },
      columnLanes: outLanes,
      outputShape: filterShape,
      splits: splitsOf(size),
    })
  }
