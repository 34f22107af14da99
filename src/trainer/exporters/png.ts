import { crc32, deflateSync } from 'node:zlib'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** A PNG file of 8-bit R, G, B pixels, [height, width, 3] (PNG specification, third edition). */
export function encodePng(values: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  // 8 bits, colour type 2 (red, green, blue); deflate, adaptive filters, not interlaced.
  header.set([8, 2, 0, 0, 0], 8)
  const rowBytes = widthPx * 3
  const rows = Buffer.alloc((rowBytes + 1) * heightPx)
  // Each row begins with its filter; 0 is none.
  for (let y = 0; y < heightPx; y += 1)
    rows.set(values.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ])
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const frame = Buffer.alloc(4)
  const check = Buffer.alloc(4)
  frame.writeUInt32BE(content.byteLength)
  check.writeUInt32BE(crc32(typed))
  return Buffer.concat([frame, typed, check])
}
