import { convolutionOf, type Convolution } from '../../window-info.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { packedBytes, roundUp, splitProduct, threadScratchBytes } from '../convolution.ts'
import { convolveWinograd, fitsWinograd } from '../winograd.ts'
import { addressOf, inputOf, type KernelContext, type KernelMaker } from '../kernel-maker.ts'
import { operations, tileColumns } from '../operations.ts'

/** The gradient of a convolution towards its input. Inputs dy, filter; attribute inputShape. */
export const conv2dBackpropInput: KernelMaker = (context) => (given) => {
  const dy = inputOf(given.inputs, 'dy')
  const filter = inputOf(given.inputs, 'filter')
  const attrs = given.attrs ?? {}
  const convolution = convolutionOf(attrs['inputShape'] as unknown as number[], filter.shape, attrs)
  if (convolution === null) return context.original(given)
  return fitsWinograd(convolution)
    ? convolveBack(context, dy, filter, convolution)
    : spreadBack(context, dy, filter, convolution)
}

/** At stride 1 it is a convolution of dy with the filter turned round and its channels swapped. */
function convolveBack(
  { backend, kernels }: KernelContext,
  dy: TensorInfo,
  filter: TensorInfo,
  convolution: Convolution,
): TensorInfo {
  const { batchSize, inChannels, outChannels, padInfo } = convolution
  const dx = backend.makeOutput([...convolution.inShape], 'float32')
  const tapBytes = inChannels * outChannels * 4
  convolveWinograd(kernels, {
    ...{ x: addressOf(backend, dy), y: addressOf(backend, dx), images: batchSize, channels: outChannels },
    ...{ height: convolution.outHeight, width: convolution.outWidth, above: 2 - padInfo.top, before: 2 - padInfo.left },
    ...{ outputHeight: convolution.inHeight, outputWidth: convolution.inWidth, columns: inChannels },
    filter: { address: addressOf(backend, filter) + 8 * tapBytes, tap: -tapBytes, channel: 4, column: outChannels * 4 },
    ...{ bias: 0, relu: false },
  })
  return dx
}

/**
 * Pixels of the input fall into stride x stride phases; those of one phase see the same taps of the filter, so each
 * phase is a convolution of dy of stride 1 with those taps in reverse.
 */
interface Phase {
  /** The first pixel of the phase, along one axis. */
  readonly first: number
  readonly count: number
  readonly taps: number
  /** The tap that meets the first of the outputs it reads; each next output meets the tap one stride lower. */
  readonly highestTap: number
  /** The first output that the first pixel reads; negative where it lies outside. */
  readonly firstOutput: number
}

function phasesOf(size: number, filter: number, stride: number, before: number): Phase[] {
  const phases: Phase[] = []
  for (let remainder = 0; remainder < stride; remainder++) {
    const first = (((remainder - before) % stride) + stride) % stride
    const taps = Math.max(0, Math.ceil((filter - remainder) / stride))
    const count = Math.max(0, Math.ceil((size - first) / stride))
    const lastOutput = (first + before - remainder) / stride
    const highestTap = remainder + stride * (taps - 1)
    phases.push({ first, count, taps, highestTap, firstOutput: lastOutput - (taps - 1) })
  }
  return phases
}

/** How many zeros `phases` need before and after `size` outputs. */
function borderOf(phases: readonly Phase[], size: number): { before: number; after: number } {
  const used = phases.filter(({ taps, count }) => taps > 0 && count > 0)
  const before = Math.max(0, ...used.map(({ firstOutput }) => -firstOutput))
  const after = Math.max(0, ...used.map(({ firstOutput, count, taps }) => firstOutput + count - 1 + taps - size))
  return { before, after }
}

function spreadBack(
  { backend, kernels }: KernelContext,
  dy: TensorInfo,
  filter: TensorInfo,
  convolution: Convolution,
): TensorInfo {
  const { batchSize, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth } = convolution
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = convolution
  const down = phasesOf(inHeight, filterHeight, strideHeight, padInfo.top)
  const across = phasesOf(inWidth, filterWidth, strideWidth, padInfo.left)
  const vertical = borderOf(down, outHeight)
  const horizontal = borderOf(across, outWidth)
  const paddedHeight = vertical.before + outHeight + vertical.after
  const paddedWidth = horizontal.before + outWidth + horizontal.after
  const isPadded = paddedHeight > outHeight || paddedWidth > outWidth

  const dx = backend.makeOutput([...convolution.inShape], 'float32')
  const filterBytes = roundUp(packedBytes(filterHeight * filterWidth * outChannels, inChannels), 64)
  const threadsBytes = kernels.threads * threadScratchBytes
  const paddedBytes = isPadded ? batchSize * paddedHeight * paddedWidth * outChannels * 4 : 0
  const packedFilter = kernels.scratch(filterBytes + threadsBytes + paddedBytes + 64)
  const threadScratch = packedFilter + filterBytes
  const pixel = outChannels * 4
  let images = addressOf(backend, dy)
  if (isPadded) {
    const target = threadScratch + threadsBytes
    kernels.run(operations.pad, batchSize * paddedHeight, [
      ...[images, target, outHeight, outWidth, pixel, vertical.before, horizontal.before, paddedHeight, paddedWidth],
    ])
    images = target
  }
  // Pixels that no window covers get no gradient, and no product below writes them.
  if ([...down, ...across].some(({ taps }) => taps === 0)) backend.typedArrayFromHeap(dx).fill(0)

  const row = paddedWidth * pixel
  const tapBytes = inChannels * outChannels * 4
  const dxPixel = inChannels * 4
  for (const y of down) {
    for (const x of across) {
      if (y.count * x.count === 0 || y.taps * x.taps === 0) continue
      const highestTap = (y.highestTap * filterWidth + x.highestTap) * tapBytes
      kernels.run(operations.packTransposed, Math.ceil(inChannels / tileColumns), [
        ...[addressOf(backend, filter) + highestTap, packedFilter, inChannels, outChannels, y.taps, x.taps],
        ...[strideHeight * filterWidth * tapBytes, strideWidth * tapBytes],
      ])
      const { panelsAtOnce, chunks } = splitProduct(batchSize * y.count * x.count, inChannels)
      const firstPixel = (vertical.before + y.firstOutput) * row + (horizontal.before + x.firstOutput) * pixel
      kernels.run(operations.product, chunks, [
        ...[images + firstPixel, packedFilter, addressOf(backend, dx) + (y.first * inWidth + x.first) * dxPixel],
        ...[y.count, x.count, batchSize, paddedHeight * row, row, pixel],
        ...[inHeight * inWidth * dxPixel, strideHeight * inWidth * dxPixel, strideWidth * dxPixel],
        ...[inChannels, y.taps, x.taps * outChannels, row, 0, 0, panelsAtOnce, threadScratch, threadScratchBytes],
      ])
    }
  }
  return dx
}
