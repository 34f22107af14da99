import type { ImageFormat } from '../shared/domain/image.ts'
import { isCameraRaw } from './camera-raw.ts'
import { RefusedImage } from './refused-image.ts'
import { said } from '../shared/said.ts'

type Test = (bytes: Uint8Array) => boolean

/** The bytes of `text` (Latin-1) stand at `offset`. */
function has(text: string, offset = 0): Test {
  const expected = Buffer.from(text, 'latin1')
  return (bytes) =>
    bytes.length >= offset + expected.length && expected.every((value, index) => bytes[offset + index] === value)
}

function all(...tests: readonly Test[]): Test {
  return (bytes) => tests.every((test) => test(bytes))
}

function any(...tests: readonly Test[]): Test {
  return (bytes) => tests.some((test) => test(bytes))
}

/** A file of the ISO base media kind whose brands include one of these. */
function hasBrand(...brands: readonly string[]): Test {
  return (bytes) => {
    if (!has('ftyp', 4)(bytes)) return false
    const end = Math.min(bytes.length, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), 256)
    for (let offset = 8; offset + 4 <= end; offset += 4) {
      // The minor version between the major and the compatible brands.
      if (offset === 12) continue
      if (brands.includes(Buffer.from(bytes.buffer, bytes.byteOffset + offset, 4).toString('latin1'))) return true
    }
    return false
  }
}

/** The first characters, without a byte order mark and white space, in lower case. */
function textStart(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024))
    .toString('latin1')
    .replace(/^(\u00ef\u00bb\u00bf)?\s*/, '')
    .toLowerCase()
}

const isTiff = any(has('II*\0'), has('MM\0*'), has('II+\0'), has('MM\0+'))

/** What Athanor reads, by the bytes and never by the name. */
const readable: readonly (readonly [ImageFormat, Test])[] = [
  ['jpeg', has('\xff\xd8\xff')],
  ['png', has('\x89PNG\r\n\x1a\n')],
  ['webp', all(has('RIFF'), has('WEBP', 8))],
  ['gif', any(has('GIF87a'), has('GIF89a'))],
  ['avif', hasBrand('avif', 'avis')],
  ['tiff', all(isTiff, (bytes) => !has('CR', 8)(bytes) && !isCameraRaw(bytes))],
  // The size of the header behind the file header tells a bitmap from text that begins with "BM".
  ['bmp', all(has('BM'), (bytes) => [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0) && bytes[15] === 0)],
]

/** Pictures of kinds that are not read, so that the message can name them. */
const otherPictures: readonly (readonly [string, Test])[] = [
  ['HEIC', hasBrand('heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1')],
  ['SVG', (bytes) => /<svg[\s>]/.test(textStart(bytes))],
  ['JPEG XL', any(has('\xff\x0a'), has('\0\0\0\x0cJXL '))],
  ['JPEG 2000', any(has('\0\0\0\x0cjP  '), has('\xff\x4f\xff\x51'))],
  ['Photoshop', has('8BPS')],
  [
    said`camera raw`,
    any(isTiff, has('IIRO'), has('IIRS'), has('MMOR'), has('IIU\0'), has('FUJIFILMCCD-RAW'), hasBrand('crx ')),
  ],
  [said`icon`, any(has('\0\0\x01\0'), has('\0\0\x02\0'))],
  ['OpenEXR', has('\x76\x2f\x31\x01')],
  ['Radiance HDR', has('#?RADIANCE')],
  ['DirectDraw', has('DDS ')],
  ['Netpbm', (bytes) => /^P[1-7]\s/.test(textStart(bytes).toUpperCase())],
  ['GIMP', has('gimp xcf')],
]

/** The commonest of what is no picture at all, for the same reason. */
const noPictures: readonly (readonly [string, Test])[] = [
  [said`a PDF document`, has('%PDF')],
  [said`a PostScript document`, any(has('%!PS'), has('\xc5\xd0\xd3\xc6'))],
  [said`a ZIP archive`, any(has('PK\x03\x04'), has('PK\x05\x06'))],
  [said`a web page`, (bytes) => /^(<!doctype html|<html|<head|<script)/.test(textStart(bytes))],
  [said`an XML document`, (bytes) => textStart(bytes).startsWith('<?xml')],
  [said`a video`, any(has('ftyp', 4), has('\x1a\x45\xdf\xa3'))],
]

const advice = said`Athanor reads JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP.`

/** The true format of a file; throws `RefusedImage` for anything that is not on the list. */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  const format = readable.find(([, test]) => test(bytes))?.[0]
  if (format) return format
  const other = otherPictures.find(([, test]) => test(bytes))?.[0]
  if (other) throw new RefusedImage('format-not-supported', said`This is a ${other} picture. ${advice}`)
  const thing = noPictures.find(([, test]) => test(bytes))?.[0]
  throw new RefusedImage('not-an-image', said`This is ${thing ?? said`not a picture of any known kind`}. ${advice}`)
}
