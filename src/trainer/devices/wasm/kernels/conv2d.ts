import { convolutionOf, type Convolution } from '../../window-info.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { packedBytes, paddedSize, roundUp, splitProduct, threadScratchBytes } from '../convolution.ts'
import { convolveWinograd, fitsWinograd } from '../winograd.ts'
import { addressOf, inputOf, type KernelContext, type KernelMaker } from '../kernel-maker.ts'
import { operations, packRows } from '../operations.ts'

/** Convolution as a product of matrices whose rows are read in place. Inputs x [n,h,w,c], filter [h,w,c,out]. */
export const conv2d: KernelMaker = (context) => (given) => {
  const x = inputOf(given.inputs, 'x')
  const filter = inputOf(given.inputs, 'filter')
  const convolution = convolutionOf(x.shape, filter.shape, given.attrs ?? {})
  if (convolution === null) return context.original(given)
  return convolve(context, { x, filter, convolution, bias: null, relu: false })
}

/** The same with a bias per output channel and a ReLU, in the same pass. */
export const fusedConv2d: KernelMaker = (context) => (given) => {
  const activation = given.attrs?.['activation']
  const x = inputOf(given.inputs, 'x')
  const filter = inputOf(given.inputs, 'filter')
  const { bias } = given.inputs
  const convolution = convolutionOf(x.shape, filter.shape, given.attrs ?? {})
  const isKnown = activation === 'relu' || activation === 'linear' || activation == null
  const isPerChannel = bias == null || bias.shape.join() === String(filter.shape[3])
  if (convolution === null || !isKnown || !isPerChannel) return context.original(given)
  return convolve(context, { x, filter, convolution, bias: bias ?? null, relu: activation === 'relu' })
}

interface Convolve {
  readonly x: TensorInfo
  readonly filter: TensorInfo
  readonly convolution: Convolution
  readonly bias: TensorInfo | null
  readonly relu: boolean
}

function convolve({ backend, kernels }: KernelContext, { x, filter, convolution, bias, relu }: Convolve): TensorInfo {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = convolution
  const y = backend.makeOutput(convolution.outShape, 'float32')
  const biasAddress = bias === null ? 0 : addressOf(backend, bias)
  if (fitsWinograd(convolution)) {
    const { padInfo } = convolution
    convolveWinograd(kernels, {
      ...{ x: addressOf(backend, x), y: addressOf(backend, y), images: batchSize, channels: inChannels },
      ...{ height: convolution.inHeight, width: convolution.inWidth, above: padInfo.top, before: padInfo.left },
      ...{ outputHeight: outHeight, outputWidth: outWidth, columns: outChannels, bias: biasAddress, relu },
      filter: {
        address: addressOf(backend, filter),
        tap: inChannels * outChannels * 4,
        channel: outChannels * 4,
        column: 4,
      },
    })
    return y
  }
  const depth = filterHeight * filterWidth * inChannels
  const padded = paddedSize(convolution)
  const filterBytes = roundUp(packedBytes(depth, outChannels), 64)
  const threadsBytes = kernels.threads * threadScratchBytes
  const packedFilter = kernels.scratch(filterBytes + threadsBytes + (padded?.bytes ?? 0) + 64)
  const threadScratch = packedFilter + filterBytes

  kernels.run(operations.pack, Math.ceil(depth / packRows), [
    ...[addressOf(backend, filter), packedFilter, depth, outChannels],
  ])
  let images = addressOf(backend, x)
  if (padded !== null) {
    const { inHeight, inWidth, padInfo } = convolution
    const target = threadScratch + threadsBytes
    kernels.run(operations.pad, batchSize * padded.height, [
      ...[images, target, inHeight, inWidth, inChannels * 4, padInfo.top, padInfo.left, padded.height, padded.width],
    ])
    images = target
  }
  const pixel = inChannels * 4
  const row = (padded?.width ?? convolution.inWidth) * pixel
  const image = (padded?.height ?? convolution.inHeight) * row
  const { panelsAtOnce, chunks } = splitProduct(batchSize * outHeight * outWidth, outChannels)
  kernels.run(operations.product, chunks, [
    ...[images, packedFilter, addressOf(backend, y), outHeight, outWidth, batchSize],
    ...[image, row * convolution.strideHeight, pixel * convolution.strideWidth],
    ...[outHeight * outWidth * outChannels * 4, outWidth * outChannels * 4, outChannels * 4],
    ...[outChannels, filterHeight, filterWidth * inChannels, row],
    ...[biasAddress, relu ? 1 : 0, panelsAtOnce, threadScratch, threadScratchBytes],
  ])
  return y
}
