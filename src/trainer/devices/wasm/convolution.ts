import { util } from '@tensorflow/tfjs-core'
import type { Convolution } from '../window-info.ts'
import { rowsAtHand, tileColumns } from './operations.ts'

/** Scratch of one thread: tables of addresses, a packed tile and a spilled one. */
export const threadScratchBytes = 16384

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

/** Bytes of a matrix of `columns` columns and `depth` rows once it is packed in panels of eight columns. */
export function packedBytes(depth: number, columns: number): number {
  return roundUp(columns, tileColumns) * depth * 4
}

export interface ProductSplit {
  readonly panelsAtOnce: number
  readonly chunks: number
}

/** Enough chunks that no thread waits long for the last one, but no more than the panels of eight columns allow. */
export function splitProduct(rows: number, columns: number): ProductSplit {
  const panels = Math.ceil(columns / tileColumns)
  const rowChunks = Math.ceil(rows / rowsAtHand)
  const panelsAtOnce = Math.max(1, Math.ceil(panels / Math.ceil(48 / rowChunks)))
  return { panelsAtOnce, chunks: rowChunks * Math.ceil(panels / panelsAtOnce) }
}

export interface PartSplit {
  readonly parts: number
  /** The last part may have fewer. */
  readonly rowsAPart: number
}

/** Rows that the gradient kernels sum over at a time, and how much of the other operand they may well read again. */
const rowsAtOnce = 256
const cachedBytes = 1024 ** 2

/**
 * Into how many parts to sum over `rows` when each needs `rowBytes` of packed gradient: one while all of it stays in the
 * caches. Depends on the shape alone, so that the sums come out the same whatever the number of threads.
 */
export function splitSum(rows: number, rowBytes: number): PartSplit {
  const wanted = rows * rowBytes <= 2 * cachedBytes ? 1 : Math.min(16, Math.floor(rows / rowsAtOnce / 2))
  const rowsAPart = roundUp(Math.ceil(rows / Math.max(1, wanted)), 4)
  return { parts: Math.ceil(rows / rowsAPart), rowsAPart }
}

/** An image batch in memory with a border of zeros, or as it is when it needs none. */
export interface PaddedImages {
  readonly address: number
  readonly height: number
  readonly width: number
}

/** The border that the windows of a convolution reach into; null when they stay inside. */
export function paddedSize(convolution: Convolution): { height: number; width: number; bytes: number } | null {
  const { padInfo, inHeight, inWidth, outHeight, outWidth, batchSize, inChannels } = convolution
  if (padInfo.top === 0 && padInfo.left === 0 && padInfo.bottom <= 0 && padInfo.right <= 0) return null
  const height = Math.max((outHeight - 1) * convolution.strideHeight + convolution.filterHeight, padInfo.top + inHeight)
  const width = Math.max((outWidth - 1) * convolution.strideWidth + convolution.filterWidth, padInfo.left + inWidth)
  return { height, width, bytes: batchSize * height * width * inChannels * 4 }
}

export function sizeOf(shape: readonly number[]): number {
  return util.sizeFromShape([...shape])
}
