import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import type { UnreadableReason } from '../../../src/shared/domain/image.ts'
import { sourceFolder } from './golden-images.ts'
import { bmp, gif, greyTiffTags, png, pngChunk, tiff } from './picture-bytes.ts'

/** What may come of a file: being read as its true format, or one of these reasons. */
export interface HostileFile {
  readonly name: string
  readonly expected: 'readable' | readonly UnreadableReason[]
}

type Content = readonly [name: string, bytes: Uint8Array, expected: HostileFile['expected']]

const notImage = ['not-an-image'] as const
const notSupported = ['format-not-supported'] as const
const bomb = ['too-many-pixels', 'too-large', 'truncated'] as const
const damaged = ['truncated', 'corrupt', 'not-an-image'] as const

function source(name: string): Buffer {
  return readFileSync(join(sourceFolder, name))
}

function cut(): Content[] {
  const names = [
    'photo-420.jpg',
    'photo-progressive.jpg',
    'noise.png',
    'lossless.webp',
    'deflate.tif',
    'palette.gif',
    'plain.bmp',
  ]
  return names.flatMap((name) => {
    const bytes = source(name)
    return [0.02, 0.3, 0.7, 0.97].map((share): Content => {
      const length = Math.floor(bytes.length * share)
      return [`cut-${share * 100}-${name}`, bytes.subarray(0, length), damaged]
    })
  })
}

function bombs(): Content[] {
  const jpeg = Buffer.from(source('photo-444.jpg'))
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(65_500, frame + 5)
  jpeg.writeUInt16BE(65_500, frame + 7)
  const webp = Buffer.from('RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\0\0\0\0\0\0', 'latin1')
  webp.writeUInt32LE(webp.length - 8, 4)
  webp.writeUInt32LE(7, 16)
  webp.writeUInt32LE(0x0fffffff, 21)
  const hugeProfile = Buffer.concat([Buffer.from('p\0\0', 'latin1'), deflateSync(Buffer.alloc(200 * 2 ** 20))])
  const hugeText = Buffer.concat([Buffer.from('t\0\0', 'latin1'), deflateSync(Buffer.alloc(50 * 2 ** 20))])
  const small = { widthPx: 8, heightPx: 8 }
  return [
    ['bomb-65535.png', png({ widthPx: 65_535, heightPx: 65_535, rows: Buffer.alloc(1000) }), bomb],
    ['bomb-14000.png', png({ widthPx: 14_000, heightPx: 14_000, rows: Buffer.alloc(1000) }), bomb],
    [
      'bomb-billions.png',
      png({ widthPx: 0x7fffffff, heightPx: 0x7fffffff, rows: Buffer.alloc(9) }),
      [...bomb, 'corrupt'],
    ],
    ['bomb-lying.png', png({ widthPx: 9000, heightPx: 9000, rows: Buffer.alloc(1000) }), damaged],
    ['bomb.jpg', jpeg, [...bomb, 'corrupt']],
    // The screen is so absurd that the decoder goes by the frame.
    ['bomb-screen.gif', gif({ widthPx: 65_535, heightPx: 65_535, frameCount: 1 }), 'readable'],
    ['bomb-100000-frames.gif', gif({ widthPx: 4, heightPx: 4, frameCount: 100_000 }), ['too-large']],
    ['bomb.webp', webp, [...bomb, 'corrupt']],
    ['bomb.tif', tiff(greyTiffTags({ widthPx: 60_000, heightPx: 60_000 }), Buffer.alloc(64)), [...bomb, 'corrupt']],
    ['bomb.bmp', bmp({ widthPx: 2 ** 30, heightPx: 2 ** 30, bitsPerPixel: 24, pixels: Buffer.alloc(64) }), bomb],
    [
      'bomb-runs.bmp',
      bmp({
        widthPx: 11_000,
        heightPx: 11_000,
        bitsPerPixel: 8,
        compression: 1,
        palette: Buffer.alloc(8),
        pixels: Buffer.from([255, 0, 0, 1]),
      }),
      damaged,
    ],
    ['bomb-profile.png', png({ ...small, chunks: [pngChunk('iCCP', hugeProfile)] }), 'readable'],
    [
      'bomb-text.png',
      png({ ...small, chunks: Array.from({ length: 20 }, () => pngChunk('zTXt', hugeText)) }),
      'readable',
    ],
    ['directory-loop.tif', tiff(greyTiffTags(small), Buffer.alloc(64), 8), 'readable'],
    ['thousand-scans.jpg', thousandScans(), damaged],
  ]
}

/** A progressive JPEG whose last scan comes again and again. */
function thousandScans(): Buffer {
  const bytes = source('photo-progressive.jpg')
  const scan = bytes.subarray(bytes.lastIndexOf(Buffer.from([0xff, 0xda])), bytes.length - 2)
  return Buffer.concat([bytes.subarray(0, -2), ...Array.from({ length: 1000 }, () => scan), bytes.subarray(-2)])
}

function falseNames(): Content[] {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
  const text = (content: string): Buffer => Buffer.from(content, 'latin1')
  return [
    ['svg.png', text(svg), notSupported],
    ['svg-declared.png', text(`<?xml version="1.0"?>\n${svg}`), notSupported],
    ['svg-late.png', text(`<?xml version="1.0"?><!-- ${' '.repeat(2000)} -->${svg}`), notImage],
    ['svgz.png', gzipSync(svg), notImage],
    ['gif-svg.gif', text(`GIF89a${svg}`), damaged],
    ['gif-script.gif', text('GIF89a=1;alert(1)//'), damaged],
    ['pdf.png', text('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n'), notImage],
    ['postscript.png', text('%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n'), notImage],
    ['html.jpg', text('<!DOCTYPE html><script>alert(1)</script>'), notImage],
    ['xml.jpg', text('<?xml version="1.0"?><a/>'), notImage],
    ['zip.png', text('PK\x03\x04\x14\0\0\0'), notImage],
    ['msl.png', text('<image><read filename="/etc/passwd"/></image>'), notImage],
    ['vips.png', text('\xb6\xa6\xf2\x08\0\0\0\x08\0\0\0\x08'), notImage],
    ['heic.jpg', text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), notSupported],
    ['jpeg-xl.png', text('\0\0\0\x0cJXL \r\n\x87\n'), notSupported],
    ['photoshop.tif', text('8BPS\0\x01'), notSupported],
    ['video.avif', text('\0\0\0\x18ftypisom\0\0\0\0isommp42'), notImage],
    ['raw.tif', text('II*\0\x10\0\0\0CR\x02\0'), notSupported],
    ['dng.tif', tiff([{ tag: 50706, type: 4, value: 0x00000401 }], Buffer.alloc(64)), notSupported],
    ['nef.tif', tiff([{ tag: 254, type: 4, value: 1 }], Buffer.alloc(64)), notSupported],
    ['olympus.tif', text('IIRO\x08\0\0\0'), notSupported],
    ['netpbm.png', text('P6\n2 2\n255\n'), notSupported],
    ['text.jpg', text('BM is how this text begins, and yet it is no bitmap.'), notImage],
    ['noise.jpg', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 167 + 13) % 251)), notImage],
    ['png-named.jpg', source('noise.png'), 'readable'],
    ['jpeg-named.png', source('photo-420.jpg'), 'readable'],
  ]
}

function damages(): Content[] {
  const photo = source('photo-420.jpg')
  const scribbled = Buffer.from(photo)
  scribbled.fill(0xff, photo.length >> 1, (photo.length >> 1) + 400)
  const badCheck = Buffer.from(source('noise.png'))
  badCheck[100] = (badCheck[100] ?? 0) ^ 0x55
  const wrongOrientation = Buffer.from(source('orientation-6.jpg'))
  const tag = wrongOrientation.indexOf(Buffer.from([0x01, 0x12, 0x00, 0x03]))
  wrongOrientation.writeUInt16BE(99, tag + 8)
  const small = { widthPx: 8, heightPx: 8 }
  return [
    ['empty.jpg', Buffer.alloc(0), ['empty']],
    ['one-byte.jpg', Buffer.from([0xff]), notImage],
    ['start-only.jpg', Buffer.from([0xff, 0xd8, 0xff]), damaged],
    ['all-ff.jpg', Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5000, 0xff)]), damaged],
    // Decoders resynchronise behind it; what they make of it is still a picture.
    ['scribbled.jpg', scribbled, 'readable'],
    ['bad-check.png', badCheck, damaged],
    ['tail.jpg', Buffer.concat([photo, Buffer.from('<script>alert(1)</script>')]), 'readable'],
    ['wrong-orientation.jpg', wrongOrientation, 'readable'],
    [
      'bad-profile.png',
      png({
        ...small,
        chunks: [pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0', 'latin1'), deflateSync(Buffer.alloc(500, 7))]))],
      }),
      'readable',
    ],
    ['zero-size.png', png({ widthPx: 0, heightPx: 5, rows: Buffer.alloc(5) }), damaged],
    ['zero-size.bmp', bmp({ widthPx: 0, heightPx: 5, bitsPerPixel: 24, pixels: Buffer.alloc(64) }), damaged],
    [
      'float.tif',
      tiff(greyTiffTags({ ...small, bitsPerSample: 32, sampleFormat: 3 }), Buffer.alloc(256)),
      notSupported,
    ],
  ]
}

/** Fills a folder with files that would like to break, hang or fool whoever reads them. */
export async function writeHostileFiles(folder: string): Promise<{ files: HostileFile[]; close: () => void }> {
  const contents = [...damages(), ...cut(), ...bombs(), ...falseNames()]
  for (const [name, bytes] of contents) writeFileSync(join(folder, name), bytes)
  const files: HostileFile[] = contents.map(([name, , expected]) => ({ name, expected }))
  const notFile = ['not-a-file'] as const
  mkdirSync(join(folder, 'folder.jpg'))
  symlinkSync('loop.jpg', join(folder, 'loop.jpg'))
  symlinkSync('nowhere.jpg', join(folder, 'dangling.jpg'))
  symlinkSync('tail.jpg', join(folder, 'link.jpg'))
  files.push(
    { name: 'folder.jpg', expected: notFile },
    { name: 'loop.jpg', expected: notFile },
    { name: 'dangling.jpg', expected: notFile },
    { name: 'absent.jpg', expected: notFile },
    { name: 'link.jpg', expected: 'readable' },
  )
  const close = process.platform === 'win32' ? () => undefined : await writeSpecialFiles(folder, files)
  return { files, close }
}

/** Pipes, sockets and devices, which only look like files. */
async function writeSpecialFiles(folder: string, files: HostileFile[]): Promise<() => void> {
  execFileSync('mkfifo', [join(folder, 'pipe.jpg')])
  symlinkSync('/dev/zero', join(folder, 'device.jpg'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket.jpg'), resolve))
  for (const name of ['pipe.jpg', 'device.jpg', 'socket.jpg']) files.push({ name, expected: ['not-a-file'] })
  return () => server.close()
}
