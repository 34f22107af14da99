import { RefusedImage } from '../refused-image.ts'
import { said } from '../../shared/said.ts'

/** Where the parts of a bitmap file are and how its pixels are written. */
export interface BmpLayout {
  readonly widthPx: number
  readonly heightPx: number
  readonly topDown: boolean
  readonly bitsPerPixel: 1 | 4 | 8 | 16 | 24 | 32
  readonly isRunLength: boolean
  /** Red, green, blue, alpha; alpha is 0 where there is none. Null for 24 bits and for palettes. */
  readonly masks: readonly [number, number, number, number] | null
  /** Red, green and blue by index; empty where pixels hold their colour. */
  readonly palette: Uint8Array
  readonly pixelOffset: number
}

const compressions = {
  none: 0,
  runLength8: 1,
  runLength4: 2,
  bitFields: 3,
  jpeg: 4,
  png: 5,
  alphaBitFields: 6,
} as const

/** Reads the two headers and the palette of a Windows or OS/2 bitmap; throws `RefusedImage`. */
export function readBmpLayout(bytes: Uint8Array): BmpLayout {
  if (bytes.length < 26) throw truncated()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerSize = view.getUint32(14, true)
  if (14 + headerSize > bytes.length) throw truncated()
  const isOld = headerSize === 12
  const widthPx = isOld ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true)
  const bitsPerPixel = view.getUint16(isOld ? 24 : 28, true)
  const compression = isOld ? compressions.none : view.getUint32(30, true)
  const heightPx = Math.abs(signedHeight)
  if (widthPx <= 0 || heightPx === 0) throw new RefusedImage('corrupt', said`The bitmap says that it has no pixels.`)
  if (!isDepth(bitsPerPixel)) {
    throw new RefusedImage(
      'format-not-supported',
      said`The bitmap has ${bitsPerPixel} bits a pixel. Save a copy with 24.`,
    )
  }
  refuseCompression(compression, headerSize, bitsPerPixel)
  const isRunLength = compression === compressions.runLength8 || compression === compressions.runLength4
  if (isRunLength && signedHeight < 0) throw new RefusedImage('corrupt', said`A compressed bitmap cannot be top-down.`)
  const masks = readMasks(view, { headerSize, compression, bitsPerPixel })
  // Masks that stand behind the smallest header push the palette back.
  const masksSize =
    headerSize !== 40
      ? 0
      : compression === compressions.bitFields
        ? 12
        : compression === compressions.alphaBitFields
          ? 16
          : 0
  const pixelOffset = view.getUint32(10, true)
  const paletteOffset = 14 + headerSize + masksSize
  if (pixelOffset < paletteOffset || pixelOffset > bytes.length) {
    throw new RefusedImage('corrupt', said`The bitmap says that its pixels are where they cannot be.`)
  }
  const palette =
    bitsPerPixel <= 8
      ? readPalette(bytes.subarray(paletteOffset, pixelOffset), {
          bytesPerEntry: isOld ? 3 : 4,
          entryCount: (isOld ? 0 : view.getUint32(46, true)) || 2 ** bitsPerPixel,
        })
      : new Uint8Array(0)
  return { widthPx, heightPx, topDown: signedHeight < 0, bitsPerPixel, isRunLength, masks, palette, pixelOffset }
}

export function truncated(): RefusedImage {
  return new RefusedImage('truncated', said`The file ends before its picture does. Copy it again from its source.`)
}

function isDepth(bits: number): bits is BmpLayout['bitsPerPixel'] {
  return [1, 4, 8, 16, 24, 32].includes(bits)
}

function refuseCompression(compression: number, headerSize: number, bitsPerPixel: number): void {
  const fits =
    compression === compressions.none ||
    (compression === compressions.runLength8 && bitsPerPixel === 8) ||
    (compression === compressions.runLength4 && bitsPerPixel === 4) ||
    // In the OS/2 header of 64 bytes the same numbers mean fax and 24-bit run lengths.
    ((compression === compressions.bitFields || compression === compressions.alphaBitFields) &&
      headerSize !== 64 &&
      (bitsPerPixel === 16 || bitsPerPixel === 32))
  if (!fits) {
    throw new RefusedImage(
      'format-not-supported',
      said`The bitmap is compressed in a way that is not read. Save it as PNG.`,
    )
  }
}

function readMasks(
  view: DataView,
  header: { headerSize: number; compression: number; bitsPerPixel: number },
): BmpLayout['masks'] {
  const { headerSize, compression, bitsPerPixel } = header
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32) return null
  if (compression === compressions.none) {
    return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0x00ff00, 0x0000ff, 0]
  }
  const hasAlphaMask = headerSize >= 56 || compression === compressions.alphaBitFields
  if (view.byteLength < (hasAlphaMask ? 70 : 66)) throw truncated()
  const masks = [54, 58, 62].map((offset) => view.getUint32(offset, true))
  const alpha = hasAlphaMask ? view.getUint32(66, true) : 0
  return [masks[0] ?? 0, masks[1] ?? 0, masks[2] ?? 0, alpha]
}

/** Files store blue first. A palette may be cut short by the pixels; what uses a missing colour is refused later. */
function readPalette(bytes: Uint8Array, size: { bytesPerEntry: number; entryCount: number }): Uint8Array {
  const count = Math.min(size.entryCount, 256, Math.floor(bytes.length / size.bytesPerEntry))
  const palette = new Uint8Array(count * 3)
  for (let entry = 0; entry < count; entry += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      palette[entry * 3 + channel] = bytes[entry * size.bytesPerEntry + 2 - channel] as number
    }
  }
  return palette
}
