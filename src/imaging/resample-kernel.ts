import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { webAssembly } from '../shared/web-assembly.ts'
import { findBuiltFile } from './find-built-file.ts'
import type { Box } from './orientation.ts'
import type { Raster } from './raster.ts'
import type { Taps } from './resample.ts'

/** native/wasm/resample, compiled. */
const file = 'athanor-resample.wasm'

const Pass = z.custom<(...numbers: readonly number[]) => void>((value) => typeof value === 'function')
const Exports = z.object({
  memory: z.custom<{ readonly buffer: ArrayBuffer; grow(pages: number): number }>((value) => value instanceof Object),
  resampleRows: Pass,
  resampleColumns: Pass,
})

export interface Passes {
  readonly across: Taps
  readonly down: Taps
  readonly verticalFirst: boolean
}

/** Both passes over a part of a raster, to the bit as `resampleTriangle` makes them; null where that takes too much memory. */
export type ResampleKernel = (raster: Raster, box: Box, passes: Passes) => Raster | null

/** Memory of WebAssembly never shrinks, and each thread has its own. */
const memoryBytesMax = 2 ** 26
const pageBytes = 2 ** 16

/** Null where the kernel was never built. */
export function openResampleKernel(): ResampleKernel | null {
  const found = findBuiltFile('kernels', file)
  if (found === null) return null
  const module = new webAssembly.Module(readFileSync(found))
  const { memory, resampleRows, resampleColumns } = Exports.parse(new webAssembly.Instance(module, {}).exports)

  /** Whether there is so much memory now. */
  function reserve(bytes: number): boolean {
    const missing = bytes - memory.buffer.byteLength
    if (bytes <= memoryBytesMax && missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    return bytes <= memoryBytesMax
  }

  return (raster, box, { across, down, verticalFirst }) => {
    const inputRowBytes = rowBytesOf(box.width)
    const outputRowBytes = rowBytesOf(across.outputCount)
    const middle = verticalFirst
      ? { rowBytes: inputRowBytes, rows: down.outputCount }
      : { rowBytes: outputRowBytes, rows: box.height }
    const acrossAt = 0
    const downAt = acrossAt + tapBytesOf(across)
    const inputAt = downAt + tapBytesOf(down)
    const middleAt = inputAt + inputRowBytes * box.height
    const outputAt = middleAt + middle.rowBytes * middle.rows
    if (!reserve(outputAt + outputRowBytes * down.outputCount)) return null
    layTaps(memory.buffer, acrossAt, across)
    layTaps(memory.buffer, downAt, down)
    const bytes = new Uint8Array(memory.buffer)
    for (let y = 0; y < box.height; y += 1) {
      const from = ((box.top + y) * raster.widthPx + box.left) * 3
      bytes.set(raster.values.subarray(from, from + box.width * 3), inputAt + y * inputRowBytes)
    }
    const goAcross = (x: number, rowBytes: number, rows: number, y: number) =>
      resampleRows(x, rowBytes, rows, y, outputRowBytes, across.outputCount, acrossAt, across.stride)
    const goDown = (x: number, y: number, rowBytes: number) =>
      resampleColumns(x, y, rowBytes, down.outputCount, downAt, down.stride)
    if (verticalFirst) {
      goDown(inputAt, middleAt, inputRowBytes)
      goAcross(middleAt, inputRowBytes, down.outputCount, outputAt)
    } else {
      goAcross(inputAt, inputRowBytes, box.height, middleAt)
      goDown(middleAt, outputAt, outputRowBytes)
    }
    const values = new Uint8Array(across.outputCount * down.outputCount * 3)
    const lineBytes = across.outputCount * 3
    for (let y = 0; y < down.outputCount; y += 1) {
      const from = outputAt + y * outputRowBytes
      values.set(bytes.subarray(from, from + lineBytes), y * lineBytes)
    }
    return { values, widthPx: across.outputCount, heightPx: down.outputCount }
  }
}

/** Rows end on a multiple of 16 bytes, at least one byte after their last pixel. */
function rowBytesOf(widthPx: number): number {
  return Math.ceil((widthPx * 3 + 1) / 16) * 16
}

function tapBytesOf({ outputCount, stride }: Taps): number {
  return Math.ceil((4 * outputCount * (2 + stride)) / 16) * 16
}

function layTaps(memory: ArrayBuffer, at: number, { first, count, weights, outputCount }: Taps): void {
  const words = new Int32Array(memory, at, outputCount * 2 + weights.length)
  words.set(first)
  words.set(count, outputCount)
  words.set(weights, 2 * outputCount)
}
