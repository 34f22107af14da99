import { RefusedImage } from '../refused-image.ts'
import { truncated, type BmpLayout } from './layout.ts'
import { said } from '../../shared/said.ts'

const endOfLine = 0
const endOfBitmap = 1
const jump = 2

/**
 * Palette indexes, rows from the top, of a bitmap compressed as RLE8 or RLE4. Pixels that the code skips have index 0.
 * Throws `RefusedImage` where the code ends early or leaves the picture.
 */
export function expandRunLengths(code: Uint8Array, layout: BmpLayout): Uint8Array {
  const { widthPx, heightPx, bitsPerPixel } = layout
  // Two bytes paint 255 pixels at most; a small file that claims far more is not worth its memory.
  if (widthPx * heightPx > Math.max(2 ** 20, code.length * 255)) throw truncated()
  const indexes = new Uint8Array(widthPx * heightPx)
  let x = 0
  let y = heightPx - 1
  let at = 0

  function next(): number {
    const byte = code[at]
    if (byte === undefined) throw truncated()
    at += 1
    return byte
  }

  function paint(index: number): void {
    // Writers of 4-bit code may round a row up to whole bytes.
    if (x < widthPx && y >= 0) indexes[y * widthPx + x] = index
    else if (x > widthPx || y < 0)
      throw new RefusedImage('corrupt', said`The compressed bitmap paints outside of its picture.`)
    x += 1
  }

  while (at < code.length || y >= 0) {
    const count = next()
    const value = next()
    if (count > 0) {
      for (let step = 0; step < count; step += 1) paint(bitsPerPixel === 8 ? value : nibble(value, step))
    } else if (value === endOfLine) {
      x = 0
      y -= 1
    } else if (value === endOfBitmap) {
      return indexes
    } else if (value === jump) {
      x += next()
      y -= next()
    } else {
      let byte = 0
      for (let step = 0; step < value; step += 1) {
        if (bitsPerPixel === 8 || step % 2 === 0) byte = next()
        paint(bitsPerPixel === 8 ? byte : nibble(byte, step))
      }
      const literalBytes = bitsPerPixel === 8 ? value : Math.ceil(value / 2)
      // Literal pixels are padded to whole words.
      if (literalBytes % 2 === 1) at += 1
    }
  }
  return indexes
}

function nibble(byte: number, step: number): number {
  return step % 2 === 0 ? byte >> 4 : byte & 15
}
