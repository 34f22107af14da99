import { poolingOf } from '../../window-info.ts'
import { runElementwise } from '../gpu-program.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { convolutionKey } from '../windows.ts'

/**
 * The gradient goes to where the largest value of each window was, to the first where there are several; tfjs's goes to
 * another one then. Inputs dy, input, output. Each pixel looks at the windows that see it.
 */
export const maxPoolGrad: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const [dy, x, y] = [inputOf(given.inputs, 'dy'), inputOf(given.inputs, 'input'), inputOf(given.inputs, 'output')]
    const p = poolingOf(x.shape, given.attrs ?? {})
    if (p === null || !areFloats(dy, x, y)) return original(given)
    const channels = p.inChannels
    return runElementwise(backend, {
      key: `pooling gradient ${convolutionKey(p)}`,
      inputs: { dy, x, y },
      outputShape: p.inShape,
      before: `
        let channel = i % ${channels};
        let place = i / ${channels};
        let image = place / ${p.inHeight * p.inWidth};
        let ownY = (place / ${p.inWidth}) % ${p.inHeight} + ${p.padInfo.top};
        let ownX = place % ${p.inWidth} + ${p.padInfo.left};
        let own = x[i];
        var sum = 0.0;
        for (var outY = max(0, (ownY - ${p.filterHeight}) / ${p.strideHeight}); outY < ${p.outHeight}; outY++) {
          if (outY * ${p.strideHeight} > ownY) { break; }
          if (outY * ${p.strideHeight} + ${p.filterHeight} <= ownY) { continue; }
          for (var outX = max(0, (ownX - ${p.filterWidth}) / ${p.strideWidth}); outX < ${p.outWidth}; outX++) {
            if (outX * ${p.strideWidth} > ownX) { break; }
            if (outX * ${p.strideWidth} + ${p.filterWidth} <= ownX) { continue; }
            let out = ((image * ${p.outHeight} + outY) * ${p.outWidth} + outX) * ${channels} + channel;
            var isFirst = own == y[out];
            for (var atY = outY * ${p.strideHeight}; isFirst && atY <= ownY; atY++) {
              for (var atX = outX * ${p.strideWidth}; atX < outX * ${p.strideWidth} + ${p.filterWidth}; atX++) {
                if (atY == ownY && atX >= ownX) { break; }
                let inY = atY - ${p.padInfo.top};
                let inX = atX - ${p.padInfo.left};
                if (inY < 0 || inX < 0 || inY >= ${p.inHeight} || inX >= ${p.inWidth}) { continue; }
                let before = x[((image * ${p.inHeight} + inY) * ${p.inWidth} + inX) * ${channels} + channel];
                isFirst = isFirst && before != own;
              }
            }
            if (isFirst) { sum += dy[out]; }
          }
        }`,
      value: 'sum',
    })
  }
