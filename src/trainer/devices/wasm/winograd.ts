import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Convolution } from '../window-info.ts'
import { roundUp, splitSum, threadScratchBytes } from './convolution.ts'
import { addressOf } from './kernel-maker.ts'
import type { Kernels } from './kernels.ts'
import {
  elementsAtOnce,
  operations,
  tileColumns,
  tileRows,
  winogradColumnsAtOnce,
  winogradPatchesAtOnce,
  winogradPatchRows,
  winogradPatchesAStep,
} from './operations.ts'

/** Fewer channels spend more on the transformations than the products save. */
const fewestChannels = 16

/** Whether minimal filtering can do the convolution and both its gradients: 3x3, stride 1, channels in whole vectors. */
export function fitsWinograd(convolution: Convolution): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inChannels, outChannels } = convolution
  const isSmallFilter = filterHeight === 3 && filterWidth === 3 && strideHeight === 1 && strideWidth === 1
  const areWhole = inChannels % tileColumns === 0 && outChannels % tileColumns === 0
  return isSmallFilter && areWhole && Math.min(inChannels, outChannels) >= fewestChannels
}

/** Addresses and sizes of one convolution, as winogradProduct takes them. */
export interface WinogradConvolution {
  readonly x: number
  readonly y: number
  readonly images: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly outputHeight: number
  readonly outputWidth: number
  readonly columns: number
  readonly above: number
  readonly before: number
  /** Address of the filter's first tap in the order of use, and its strides in bytes. */
  readonly filter: { readonly address: number; readonly tap: number; readonly channel: number; readonly column: number }
  readonly bias: number
  readonly relu: boolean
}

/** With more channels and columns than this the transformed filter outgrows the caches that the patches would fill. */
const manyProducts = 128 * 128

/** y = x * filter for any of both directions: the gradient towards the input is one with the filter turned round. */
export function convolveWinograd(kernels: Kernels, c: WinogradConvolution): void {
  const patches = c.images * Math.ceil(c.outputHeight / 2) * Math.ceil(c.outputWidth / 2)
  const inSteps = c.channels * c.columns > manyProducts
  const filterBytes = roundUp(16 * c.channels * c.columns * 4, 64)
  const borderBytes = 16 * c.channels * 4
  const threadBytes = roundUp(borderBytes + (inSteps ? 0 : blockBytes(c.channels)), 64)
  const rows = roundUp(patches, tileRows)
  const patchBytes = inSteps ? planeBytesOf(rows, c.channels) * 16 : 0
  const sumBytes = inSteps ? planeBytesOf(rows, c.columns) * 16 : 0
  const filter = kernels.scratch(filterBytes + kernels.threads * threadBytes + patchBytes + sumBytes)
  const threadScratch = filter + filterBytes
  const transformed = threadScratch + kernels.threads * threadBytes

  kernels.run(operations.winogradFilter, c.columns / tileColumns, [
    ...[c.filter.address, filter, c.channels, c.columns, c.filter.tap, c.filter.channel, c.filter.column],
  ])
  const blocks = Math.ceil(patches / winogradPatchesAtOnce)
  // Few blocks of patches are shared out once more by columns, so that no thread waits long for the last.
  const groups = inSteps ? 4 : Math.min(Math.ceil(c.columns / winogradColumnsAtOnce), Math.ceil(24 / blocks))
  const columnsAChunk = roundUp(c.columns / groups, winogradColumnsAtOnce)
  const columnChunks = Math.ceil(c.columns / columnsAChunk)
  const values = [
    ...[c.x, filter, c.y, c.height, c.width, c.images, c.channels, c.above, c.before],
    ...[c.outputHeight, c.outputWidth, c.columns, c.bias, c.relu ? 1 : 0],
    ...[threadScratch, threadBytes, columnsAChunk, transformed, transformed + patchBytes],
  ]
  if (inSteps) {
    kernels.run(operations.winogradPatches, Math.ceil(patches / winogradPatchesAStep), values)
    kernels.run(operations.winogradPlanes, 16 * columnChunks, values)
    kernels.run(operations.winogradOutputs, Math.ceil(patches / winogradPatchesAStep), values)
  } else {
    kernels.run(operations.winogradProduct, blocks * columnChunks, values)
  }
}

/** As in native/wasm/assembly/winograd.ts. */
function planeBytesOf(rows: number, channels: number): number {
  return rows * channels * 4 + 64
}

function blockBytes(channels: number): number {
  const sums = 16 * winogradPatchesAtOnce * winogradColumnsAtOnce * 4
  return 16 * planeBytesOf(winogradPatchesAtOnce, channels) + sums
}

/** The gradient towards the filter. */
export function filterGradientWinograd(
  { backend, kernels }: { readonly backend: BackendWasm; readonly kernels: Kernels },
  { x, dy, gradient }: { readonly x: TensorInfo; readonly dy: TensorInfo; readonly gradient: TensorInfo },
  convolution: Convolution,
): void {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, inHeight, inWidth, padInfo } = convolution
  const [down, across] = [Math.ceil(outHeight / 2), Math.ceil(outWidth / 2)]
  const patches = batchSize * down * across
  const height = Math.max(2 * down + 2, padInfo.top + inHeight)
  const width = Math.max(2 * across + 2, padInfo.left + inWidth)
  const gradientBytes = roundUp(16 * patches * outChannels * 4, 64)
  const size = 16 * inChannels * outChannels
  const { parts, rowsAPart } = splitSum(patches, 16 * outChannels * 4)
  const sumBytes = roundUp(parts * size * 4, 64)
  const threadsBytes = kernels.threads * threadScratchBytes
  const pixel = inChannels * 4
  const transformed = kernels.scratch(gradientBytes + sumBytes + threadsBytes + batchSize * height * width * pixel + 64)
  const sums = transformed + gradientBytes
  const threadScratch = sums + sumBytes
  const padded = threadScratch + threadsBytes
  kernels.run(operations.winogradGradient, Math.ceil(patches / winogradPatchRows), [
    ...[addressOf(backend, dy), transformed, outHeight, outWidth, batchSize, outChannels],
  ])
  kernels.run(operations.pad, batchSize * height, [
    ...[addressOf(backend, x), padded, inHeight, inWidth, pixel, padInfo.top, padInfo.left, height, width],
  ])
  const tiles = Math.ceil(inChannels / tileRows)
  const tilesAtOnce = parts === 1 ? Math.min(8, tiles) : tiles
  const planesAtOnce = parts === 1 ? 1 : parts < 8 ? 8 : 16
  const chunks = parts * (16 / planesAtOnce) * Math.ceil(tiles / tilesAtOnce)
  kernels.run(operations.winogradFilterSums, chunks, [
    ...[padded, transformed, sums, down, across, batchSize, height * width * pixel, width * pixel, pixel],
    ...[outChannels, inChannels, tilesAtOnce, threadScratch, threadScratchBytes, rowsAPart, planesAtOnce],
  ])
  if (parts > 1) kernels.run(operations.sumArrays, Math.ceil(size / elementsAtOnce), [sums, sums, parts, size])
  const count = inChannels * outChannels
  kernels.run(operations.winogradFilterOut, Math.ceil(count / 4096), [sums, addressOf(backend, gradient), count])
}
