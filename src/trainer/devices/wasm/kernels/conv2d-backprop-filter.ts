import { convolutionOf } from '../../window-info.ts'
import { packedBytes, paddedSize, roundUp, splitSum, threadScratchBytes } from '../convolution.ts'
import { filterGradientWinograd, fitsWinograd } from '../winograd.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { elementsAtOnce, operations, packRows, tileRows } from '../operations.ts'

/** The gradient of a convolution towards its filter; tfjs's wasm backend has none. Inputs x, dy; attribute filterShape. */
export const conv2dBackpropFilter: KernelMaker = (context) => (given) => {
  const { backend, kernels } = context
  const x = inputOf(given.inputs, 'x')
  const dy = inputOf(given.inputs, 'dy')
  const attrs = given.attrs ?? {}
  const convolution = convolutionOf(x.shape, attrs['filterShape'] as unknown as number[], attrs)
  if (convolution === null) return context.original(given)
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = convolution
  const gradient = backend.makeOutput(convolution.filterShape, 'float32')
  if (fitsWinograd(convolution)) {
    filterGradientWinograd(context, { x, dy, gradient }, convolution)
    return gradient
  }
  const pixels = batchSize * outHeight * outWidth
  const padded = paddedSize(convolution)
  const length = filterWidth * inChannels
  const { parts, rowsAPart } = splitSum(pixels, outChannels * 4)
  const size = filterHeight * length * outChannels
  const partBytes = parts === 1 ? 0 : roundUp(parts * size * 4, 64)
  const dyBytes = roundUp(packedBytes(pixels, outChannels), 64)
  const threadsBytes = kernels.threads * threadScratchBytes
  const packedDy = kernels.scratch(dyBytes + threadsBytes + partBytes + (padded?.bytes ?? 0) + 64)
  const threadScratch = packedDy + dyBytes
  const partial = threadScratch + threadsBytes

  kernels.run(operations.pack, Math.ceil(pixels / packRows), [addressOf(backend, dy), packedDy, pixels, outChannels])
  let images = addressOf(backend, x)
  if (padded !== null) {
    const { inHeight, inWidth, padInfo } = convolution
    const target = partial + partBytes
    kernels.run(operations.pad, batchSize * padded.height, [
      ...[images, target, inHeight, inWidth, inChannels * 4, padInfo.top, padInfo.left, padded.height, padded.width],
    ])
    images = target
  }
  const pixel = inChannels * 4
  const row = (padded?.width ?? convolution.inWidth) * pixel
  const image = (padded?.height ?? convolution.inHeight) * row
  const tiles = filterHeight * Math.ceil(length / tileRows)
  const tilesAtOnce =
    parts === 1 ? Math.min(8, Math.max(1, Math.floor(tiles / 24))) : Math.ceil(tiles / Math.ceil(16 / parts))
  const out = addressOf(backend, gradient)
  kernels.run(operations.filterGradient, parts * Math.ceil(tiles / tilesAtOnce), [
    ...[images, packedDy, parts === 1 ? out : partial, outHeight, outWidth, batchSize],
    ...[image, row * convolution.strideHeight, pixel * convolution.strideWidth],
    ...[outChannels, filterHeight, length, row, tilesAtOnce, threadScratch, threadScratchBytes],
    rowsAPart,
  ])
  if (parts > 1) kernels.run(operations.sumArrays, Math.ceil(size / elementsAtOnce), [partial, out, parts, size])
  return gradient
}
