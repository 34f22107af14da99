import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { randomOf } from '../../src/shared/random.ts'

/**
 * A small picture in an uncompressed bitmap, drawn from its number: the same numbers give the same bytes, and different
 * ones pictures that are nothing like each other.
 */
export function bitmap(number: number, { sidePx = 32, offset = 0 } = {}): Buffer {
  const rowBytes = Math.ceil((sidePx * 3) / 4) * 4
  const bytes = Buffer.alloc(54 + rowBytes * sidePx)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(sidePx, 18)
  bytes.writeInt32LE(sidePx, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  const random = randomOf(number)
  // Blocks of four pixels, so that the picture survives being made smaller.
  const blocks = Array.from({ length: Math.ceil(sidePx / 4) ** 2 }, () => Math.floor(random() * 200))
  for (let y = 0; y < sidePx; y += 1) {
    for (let x = 0; x < sidePx; x += 1) {
      const level = (blocks[Math.floor(y / 4) * Math.ceil(sidePx / 4) + Math.floor(x / 4)] ?? 0) + offset
      bytes.fill(level, 54 + y * rowBytes + x * 3, 54 + y * rowBytes + x * 3 + 3)
    }
  }
  return bytes
}

/** Writes files below a folder, with all folders that they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, ...path.split('/'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}
