import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { openCore } from '../src/main/cli/open-core.ts'
import { randomOf } from '../src/shared/random.ts'

export interface StudioFolder {
  readonly imageFolder: string
  /** The part of the import that made its catalog, when it was not there yet. */
  readonly importSeconds: number | null
}

const bigPicture = { width: 320, height: 240 }
/** So that even the import of 100,000 takes minutes only. */
const smallPicture = { width: 96, height: 72 }
const manyImages = 50_000
const distinctCount = 96
const classCount = 12
/** Of each twenty: the grid begins with images that wait for a label. */
const firstLabelled = 8

/**
 * A folder of small photographs-like JPEG files with a catalog: a few distinct pictures, each file with a comment of its
 * own, so that all contents differ. Twelve classes, 60 % of the images labelled. Kept in `below` for the next time.
 */
export async function prepareFolder(below: string, imageCount: number): Promise<StudioFolder> {
  const imageFolder = join(below, `images-${imageCount}`)
  const done = join(below, `images-${imageCount}.done`)
  if (existsSync(done)) return { imageFolder, importSeconds: null }
  rmSync(imageFolder, { recursive: true, force: true })
  await writePictures(imageFolder, imageCount)
  const startedAtMs = performance.now()
  await fillCatalog(imageFolder)
  const importSeconds = (performance.now() - startedAtMs) / 1000
  writeFileSync(done, '')
  return { imageFolder, importSeconds }
}

/** Each has the amount of detail of a photograph: that is what decoding costs. */
export function drawPictures(imageCount: number): Promise<Buffer[]> {
  const draw = randomOf(7)
  const size = imageCount > manyImages ? smallPicture : bigPicture
  return Promise.all(Array.from({ length: distinctCount }, () => drawPicture(draw, size)))
}

async function drawPicture(draw: () => number, size: typeof bigPicture): Promise<Buffer> {
  const { width, height } = size
  const coarse = { width: 40, height: 30, channels: 3 as const }
  const colours = Buffer.from(Uint8Array.from({ length: 40 * 30 * 3 }, () => Math.floor(draw() * 256)))
  const grain = Buffer.from(Uint8Array.from({ length: width * height * 3 }, () => Math.floor(118 + draw() * 20)))
  const fine = await sharp(grain, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return sharp(colours, { raw: coarse })
    .blur(1 + draw() * 3)
    .resize(width, height, { kernel: 'cubic' })
    .composite([{ input: fine, blend: 'overlay' }])
    .jpeg({ quality: 85 })
    .toBuffer()
}

async function writePictures(imageFolder: string, imageCount: number): Promise<void> {
  const pictures = await drawPictures(imageCount)
  for (let at = 0; at < imageCount; at += 1) {
    const folder = join(imageFolder, `album ${String(Math.floor(at / 500)).padStart(3, '0')}`)
    if (at % 500 === 0) mkdirSync(folder, { recursive: true })
    const picture = pictures[at % distinctCount]
    if (picture === undefined) throw new Error('There are no pictures.')
    writeFileSync(join(folder, `IMG_${String(at).padStart(6, '0')}.jpg`), withComment(picture, `picture ${at}`))
  }
}

/** A JPEG file may say something right after its first marker. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const text = Buffer.from(comment)
  const header = Buffer.from([0xff, 0xfe, 0, text.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), header, text, jpeg.subarray(2)])
}

async function fillCatalog(imageFolder: string): Promise<void> {
  const core = openCore((line) => console.error(line))
  try {
    const { project, catalog, labels } = core.client
    const { id: projectId } = await project.open({ imageFolder })
    for await (const event of catalog.import({ projectId })) void event
    // Classes of folders are offered once: undone here, they do not come when the page looks at the folder.
    await labels.undo({ projectId })
    const { imageIds } = await catalog.order({ projectId })
    for (let at = 0; at < classCount; at += 1) {
      const ids = imageIds.filter((_, index) => index % 20 === firstLabelled + at)
      await labels.assignByName({ projectId, images: { ids }, name: `class ${at + 1}` })
    }
  } finally {
    await core.close()
  }
}
