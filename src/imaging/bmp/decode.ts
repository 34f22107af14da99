import { RefusedImage } from '../refused-image.ts'
import { readBmpLayout, truncated, type BmpLayout } from './layout.ts'
import { expandRunLengths } from './run-lengths.ts'
import { said } from '../../shared/said.ts'

export interface BmpPixels {
  /** Rows from the top; red, green, blue and, with 4 channels, alpha. */
  readonly values: Uint8Array
  readonly channels: 3 | 4
}

/**
 * Decodes a bitmap of 1, 4, 8, 16, 24 or 32 bits, plain, run-length coded or with bit masks. libvips has no decoder for
 * it, and the npm packages that do read beyond the end without a word. Throws `RefusedImage`.
 */
export function decodeBmp(bytes: Uint8Array): BmpPixels {
  const layout = readBmpLayout(bytes)
  const stored = bytes.subarray(layout.pixelOffset)
  if (layout.isRunLength) {
    return { values: coloursOf(expandRunLengths(stored, layout), layout), channels: 3 }
  }
  const rowBytes = Math.ceil((layout.widthPx * layout.bitsPerPixel) / 32) * 4
  // The padding of the last row is left out by some writers.
  const needed = rowBytes * (layout.heightPx - 1) + Math.ceil((layout.widthPx * layout.bitsPerPixel) / 8)
  if (stored.length < needed) throw truncated()
  const rows = { stored, rowBytes, layout }
  if (layout.bitsPerPixel <= 8) return { values: coloursOf(unpackIndexes(rows), layout), channels: 3 }
  return layout.masks === null ? { values: unpack24(rows), channels: 3 } : unpackMasked(rows, layout.masks)
}

interface Rows {
  readonly stored: Uint8Array
  readonly rowBytes: number
  readonly layout: BmpLayout
}

/** Where row `y` from the top begins. */
function rowStart({ rowBytes, layout }: Rows, y: number): number {
  return rowBytes * (layout.topDown ? y : layout.heightPx - 1 - y)
}

function unpackIndexes(rows: Rows): Uint8Array {
  const { widthPx, heightPx, bitsPerPixel } = rows.layout
  const perByte = 8 / bitsPerPixel
  const mask = 2 ** bitsPerPixel - 1
  const indexes = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y += 1) {
    const start = rowStart(rows, y)
    for (let x = 0; x < widthPx; x += 1) {
      const byte = rows.stored[start + Math.floor(x / perByte)] as number
      indexes[y * widthPx + x] = (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & mask
    }
  }
  return indexes
}

function coloursOf(indexes: Uint8Array, { palette }: BmpLayout): Uint8Array {
  const colourCount = palette.length / 3
  const values = new Uint8Array(indexes.length * 3)
  for (let pixel = 0; pixel < indexes.length; pixel += 1) {
    const index = indexes[pixel] as number
    if (index >= colourCount)
      throw new RefusedImage('corrupt', said`The bitmap uses a colour that its palette does not have.`)
    values[pixel * 3] = palette[index * 3] as number
    values[pixel * 3 + 1] = palette[index * 3 + 1] as number
    values[pixel * 3 + 2] = palette[index * 3 + 2] as number
  }
  return values
}

function unpack24(rows: Rows): Uint8Array {
  const { widthPx, heightPx } = rows.layout
  const values = new Uint8Array(widthPx * heightPx * 3)
  let to = 0
  for (let y = 0; y < heightPx; y += 1) {
    let from = rowStart(rows, y)
    for (let x = 0; x < widthPx; x += 1) {
      values[to] = rows.stored[from + 2] as number
      values[to + 1] = rows.stored[from + 1] as number
      values[to + 2] = rows.stored[from] as number
      to += 3
      from += 3
    }
  }
  return values
}

function unpackMasked(rows: Rows, masks: readonly [number, number, number, number]): BmpPixels {
  const { widthPx, heightPx, bitsPerPixel } = rows.layout
  const scales = masks.map(scaleOf)
  const values = new Uint8Array(widthPx * heightPx * 4)
  const view = new DataView(rows.stored.buffer, rows.stored.byteOffset, rows.stored.byteLength)
  let to = 0
  let opacity = 0
  for (let y = 0; y < heightPx; y += 1) {
    let from = rowStart(rows, y)
    for (let x = 0; x < widthPx; x += 1) {
      const pixel = bitsPerPixel === 16 ? view.getUint16(from, true) : view.getUint32(from, true)
      from += bitsPerPixel / 8
      for (let channel = 0; channel < 4; channel += 1) {
        const { shift, max } = scales[channel] as Scale
        values[to + channel] = max === 0 ? 0 : Math.round((((pixel >>> shift) & max) * 255) / max)
      }
      opacity |= values[to + 3] as number
      to += 4
    }
  }
  // Many writers declare alpha and leave it at zero; such a picture is meant to be seen.
  if (opacity === 0) for (let alpha = 3; alpha < values.length; alpha += 4) values[alpha] = 255
  return { values, channels: 4 }
}

interface Scale {
  readonly shift: number
  readonly max: number
}

function scaleOf(mask: number): Scale {
  if (mask === 0) return { shift: 0, max: 0 }
  const shift = 31 - Math.clz32(mask & -mask)
  const max = mask >>> shift
  if ((max & (max + 1)) !== 0) throw new RefusedImage('corrupt', said`The bit masks of the bitmap have holes.`)
  return { shift, max }
}
