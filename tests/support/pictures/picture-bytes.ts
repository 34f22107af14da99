import { crc32, deflateSync } from 'node:zlib'

/** Small writers of picture files, so that tests can build what no program would write. */

export function pngChunk(kind: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

export interface PngOptions {
  readonly widthPx: number
  readonly heightPx: number
  /** Of the pixel rows; one grey byte a pixel. By default the picture is black. */
  readonly rows?: Uint8Array
  /** Between the header and the pixels. */
  readonly chunks?: readonly Buffer[]
}

/** An 8-bit grey PNG. */
export function png({ widthPx, heightPx, rows, chunks = [] }: PngOptions): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  header[8] = 8
  const pixels = deflateSync(rows ?? Buffer.alloc((widthPx + 1) * heightPx))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** A GIF of `frameCount` frames of one pixel on a screen of the given size. */
export function gif({
  widthPx,
  heightPx,
  frameCount,
}: {
  widthPx: number
  heightPx: number
  frameCount: number
}): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  screen.writeUInt16LE(widthPx, 6)
  screen.writeUInt16LE(heightPx, 8)
  const frame = Buffer.from('\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0', 'latin1')
  return Buffer.concat([screen, ...Array.from({ length: frameCount }, () => frame), Buffer.from(';')])
}

export interface BmpOptions {
  readonly widthPx: number
  /** Negative: rows from the top. */
  readonly heightPx: number
  readonly bitsPerPixel: number
  readonly compression?: number
  /** Four bytes an entry: blue, green, red, nothing. */
  readonly palette?: Uint8Array
  /** Behind the header of 40 bytes. */
  readonly masks?: readonly number[]
  readonly pixels: Uint8Array
}

export function bmp(options: BmpOptions): Buffer {
  const { widthPx, heightPx, bitsPerPixel, compression = 0, palette = new Uint8Array(0), masks = [], pixels } = options
  const header = Buffer.alloc(54 + masks.length * 4)
  header.write('BM', 'latin1')
  header.writeUInt32LE(header.length + palette.length + pixels.length, 2)
  header.writeUInt32LE(header.length + palette.length, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(widthPx, 18)
  header.writeInt32LE(heightPx, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(bitsPerPixel, 28)
  header.writeUInt32LE(compression, 30)
  header.writeUInt32LE(palette.length / 4, 46)
  for (const [index, mask] of masks.entries()) header.writeUInt32LE(mask, 54 + index * 4)
  return Buffer.concat([header, palette, pixels])
}

interface TiffTag {
  readonly tag: number
  /** 3: 16 bits, 4: 32 bits. */
  readonly type: 3 | 4
  readonly value: number
}

/** A little-endian TIFF with one directory at 8 and `pixels` behind it; `nextDirectory` is where the chain goes on. */
export function tiff(tags: readonly TiffTag[], pixels: Uint8Array, nextDirectory = 0): Buffer {
  const directory = Buffer.alloc(8 + 2 + tags.length * 12 + 4)
  directory.write('II*\0', 'latin1')
  directory.writeUInt32LE(8, 4)
  directory.writeUInt16LE(tags.length, 8)
  for (const [index, { tag, type, value }] of tags.entries()) {
    const at = 10 + index * 12
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(1, at + 4)
    directory.writeUInt32LE(value, at + 8)
  }
  directory.writeUInt32LE(nextDirectory, directory.length - 4)
  return Buffer.concat([directory, pixels])
}

/** The tags of an uncompressed grey TIFF in one strip. */
export function greyTiffTags(options: {
  widthPx: number
  heightPx: number
  bitsPerSample?: number
  sampleFormat?: number
}): TiffTag[] {
  const { widthPx, heightPx, bitsPerSample = 8, sampleFormat = 1 } = options
  const stripSize = Math.min(widthPx * heightPx * (bitsPerSample / 8), 0xffffffff)
  return [
    { tag: 256, type: 4, value: widthPx },
    { tag: 257, type: 4, value: heightPx },
    { tag: 258, type: 3, value: bitsPerSample },
    { tag: 259, type: 3, value: 1 },
    { tag: 262, type: 3, value: 1 },
    { tag: 273, type: 4, value: 8 + 2 + 10 * 12 + 4 },
    { tag: 277, type: 3, value: 1 },
    { tag: 278, type: 4, value: heightPx },
    { tag: 279, type: 4, value: stripSize },
    { tag: 339, type: 3, value: sampleFormat },
  ]
}
