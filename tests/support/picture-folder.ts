import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { randomOf } from '../../src/shared/random.ts'
import { memoryDisk } from './temporary-folder.ts'

export interface PictureFolder {
  readonly folder: string
  readonly at: (path: string) => string
  remove(): Promise<void>
}

/** A temporary folder with one small picture per path; each looks different, those of one folder alike in colour. */
export async function createPictureFolder(paths: readonly string[], sidePx = 32): Promise<PictureFolder> {
  const folder = await realpath(await mkdtemp(join(memoryDisk, 'athanor-pictures-')))
  const folders = [...new Set(paths.map((path) => dirname(path)))]
  for (const [index, path] of paths.entries()) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), await drawPicture(folders.indexOf(dirname(path)), index, sidePx))
  }
  return {
    folder,
    at: (path) => join(folder, path),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Coarse random blocks in a hue of the group, so that perceptual hashes differ. */
async function drawPicture(group: number, key: number, sidePx: number): Promise<Buffer> {
  const random = randomOf(group, key)
  const blocks = Uint8Array.from({ length: 8 * 8 * 3 }, (_, index) => {
    const isHue = index % 3 === group % 3
    return Math.floor((isHue ? 130 : 0) + random() * 120)
  })
  return sharp(blocks, { raw: { width: 8, height: 8, channels: 3 } })
    .resize(sidePx, sidePx, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

/** `count` paths such as `cat/3.png`. */
export function picturePaths(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}/${String(index)}.png`)
}
