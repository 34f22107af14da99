import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, rm, utimes, writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { sharp } from '../../../src/imaging/decoder.ts'
import type { PixelsRead } from '../../../src/imaging/pixels-read.ts'
import { createKeptPictures } from '../../../src/imaging/kept-pictures.ts'
import { makePixels } from '../../../src/imaging/pixel-threads/make-pixels.ts'
import type { PixelAnswer } from '../../../src/imaging/pixel-threads/pixel-thread.ts'
import { readCropPixels, readCropThroughKept, type CropView } from '../../../src/imaging/read-crop-pixels.ts'
import { readSource } from '../../../src/imaging/read-source.ts'
import { readTestPixels, readTestThroughKept } from '../../../src/imaging/read-test-pixels.ts'
import { readGoldenImages, sourceFolder } from '../../support/pictures/golden-images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const photo = join(sourceFolder, 'photo-444.jpg')
const view = { resizePx: 40, cropPx: 32 }
const crop: CropView = {
  box: { keys: [1, 2, 3], crop: { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 } },
  sizePx: 32,
  flipHorizontally: true,
  flipVertically: false,
}

const threadFile = join(import.meta.dirname, '../../../src/imaging/pixel-threads/pixel-thread.ts')

function levelsOf(read: PixelsRead): Set<number> {
  if (read.state !== 'read') throw new Error(read.message)
  return new Set(read.pixels.values)
}

describe('pictures that are kept', () => {
  it('give what their files give, to the bit', async () => {
    const pictures = createKeptPictures(2 ** 28)
    const { images } = await readGoldenImages()
    const distortion = { strength: 1, keys: [7] }
    for (const { file } of images) {
      const fromFile = await readCropPixels(file, { ...crop, distortion })
      if (fromFile.state !== 'read') continue
      const kept = { ...crop, distortion, contentHash: fromFile.contentHash }
      const { kept: picture, ...first } = (await readCropThroughKept(file, kept, pictures)) as typeof fromFile
      expect(first).toEqual(fromFile)
      expect(pictures.find(file)).toEqual(picture ?? null)
      expect(await readCropThroughKept(file, kept, pictures)).toEqual(fromFile)
    }
    expect(pictures.count).toBeGreaterThan(images.length / 2)
    const last = pictures.find(images.at(-1)?.file ?? '')
    pictures.clear()
    // What was under way when everything was given back.
    if (last) pictures.keep('late', last)
    expect([pictures.count, pictures.room()]).toEqual([0, 0])
  })

  it('give whole images as their files give them, whichever way they were kept', async () => {
    const { images } = await readGoldenImages()
    for (const [index, { file }] of images.entries()) {
      const fromFile = await readTestPixels(file, view)
      if (fromFile.state !== 'read') continue
      const { contentHash } = fromFile
      const pictures = createKeptPictures(2 ** 28)
      const asTest = () => readTestThroughKept(file, { ...view, contentHash }, pictures)
      const asCrop = () => readCropThroughKept(file, { ...crop, contentHash }, pictures)
      const { kept: picture, ...first } = (await (index % 2 === 0 ? asTest() : asCrop())) as typeof fromFile
      expect(pictures.find(file)).toEqual(picture ?? null)
      if (index % 2 === 0) expect(first).toEqual(fromFile)
      expect(await asTest()).toEqual(fromFile)
      expect(await asCrop()).toEqual(await readCropPixels(file, crop))
    }
  })

  it('take no more room than there is', async () => {
    const read = await readCropPixels(photo, crop)
    if (read.state !== 'read') throw new Error(read.message)
    const { contentHash, widthPx, heightPx } = read
    const bytes = widthPx * heightPx * 3
    for (const [room, count] of [
      [bytes, 1],
      [bytes - 1, 0],
    ] as const) {
      const pictures = createKeptPictures(room)
      const reads = [1, 2, 3].map(() => readCropThroughKept(photo, { ...crop, contentHash }, pictures))
      for (const each of await Promise.all(reads)) expect(each).toMatchObject({ state: 'read' })
      expect(pictures.count).toBe(count)
    }
  })

  it('are looked at in their place, and not once their files have changed or gone', async () => {
    const file = join(temporaryFolder(), 'photo.jpg')
    await copyFile(photo, file)
    const { contentHash } = await readSource(file)
    const pictures = createKeptPictures(2 ** 28)
    const read = () => readCropThroughKept(file, { ...crop, contentHash }, pictures)
    await read()
    const kept = pictures.find(file)
    if (kept === null) throw new Error('There is room for it.')
    kept.values.fill(7)
    expect(levelsOf(await read())).toEqual(new Set([7]))
    // The same bytes again, at another time: read anew, and kept anew.
    await utimes(file, 1, 1)
    expect(levelsOf(await read()).size).toBeGreaterThan(1)
    pictures.find(file)?.values.fill(7)
    expect(levelsOf(await read())).toEqual(new Set([7]))
    await writeFile(file, 'something else')
    expect(await read()).toMatchObject({ reason: 'changed' })
    await rm(file)
    expect(await read()).toMatchObject({ reason: 'missing' })
  })

  it('are not what has other bytes', async () => {
    const pictures = createKeptPictures(2 ** 24)
    const read = readCropThroughKept(photo, { ...crop, contentHash: '0'.repeat(64) }, pictures)
    expect(await read).toMatchObject({ reason: 'changed' })
    expect(pictures.count).toBe(0)
  })
})

describe('reading in threads', () => {
  it('gives each of many callers its own file', async () => {
    const files = (await readGoldenImages()).images.map(({ file }) => file)
    const jobs = Array.from({ length: 200 }, (_, index) => files[index % files.length] ?? photo)
    const reads = await Promise.all(jobs.map((file) => readTestPixels(file, view)))
    for (const [index, file] of files.entries()) {
      expect(reads[index]).toEqual(await makePixels({ kind: 'test', file, view }))
    }
    expect(reads.slice(files.length, 2 * files.length)).toEqual(reads.slice(0, files.length))
  })

  // A thread that set the decoders up anew blocked them for a moment, and what another decoded then counted as damaged.
  it('a thread that starts leaves the decoders of the process as they are', async () => {
    const jpeg = { operation: ['VipsForeignLoadJpegBuffer'] }
    sharp.block(jpeg)
    const worker = new Worker(threadFile, { execArgv: [] })
    try {
      worker.postMessage({ id: 1, request: { kind: 'test', file: photo, view } })
      const [answer] = (await once(worker, 'message')) as [PixelAnswer]
      expect(answer.read).toMatchObject({ state: 'unreadable' })
    } finally {
      sharp.unblock(jpeg)
      await worker.terminate()
    }
    expect(await makePixels({ kind: 'test', file: photo, view })).toMatchObject({ state: 'read' })
  })

  it('chooses the same crop for the same keys, and another for others', async () => {
    const [first, again, other] = await Promise.all([
      readCropPixels(photo, crop),
      readCropPixels(photo, crop),
      readCropPixels(photo, { ...crop, box: { ...crop.box, keys: [1, 2, 4] } }),
    ])
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('answers for files that are gone, changed or no pictures', async () => {
    const contentHash = '0'.repeat(64)
    expect(await readTestPixels(join(sourceFolder, 'absent.jpg'), view)).toMatchObject({ reason: 'missing' })
    expect(await readTestPixels(photo, { ...view, contentHash })).toMatchObject({ reason: 'changed' })
    expect(await readTestPixels(import.meta.filename, view)).toMatchObject({ reason: 'not-an-image' })
    const read = await readTestPixels(photo, view)
    if (read.state !== 'read') throw new Error(read.message)
    const expected = { ...view, contentHash: read.contentHash }
    expect(await readTestPixels(photo, expected)).toEqual(read)
  })

  // Computing threads wait for each other, and would wait for one whose core reading takes.
  it.runIf(process.platform === 'linux')('leaves computing the first turn (Linux has priorities for threads)', () => {
    const module = JSON.stringify(join(import.meta.dirname, '../../../src/imaging/read-test-pixels.ts'))
    const program = `
      import { readdirSync, readFileSync } from 'node:fs'
      import { getPriority } from 'node:os'
      import { readTestPixels } from ${module}
      await Promise.all(Array.from({ length: 4 }, () => readTestPixels(${JSON.stringify(photo)}, { resizePx: 256, cropPx: 224 })))
      const threads = readdirSync('/proc/self/task').map((id) =>
        [readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim(), getPriority(Number(id))])
      const of = (name) => [...new Set(threads.filter(([one]) => one === name).map(([, priority]) => priority))]
      console.log(JSON.stringify({ main: getPriority(), readers: of('libuv-worker'), decoders: of('libvips worker') }))`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 })
    const found = JSON.parse(child.stdout.toString()) as { main: number; readers: number[]; decoders: number[] }
    const lower = Math.min(19, getPriority() + 10)
    expect(found).toEqual({ main: getPriority(), readers: [lower], decoders: [lower] })
  })

  it('goes on while the thread that asked is busy', async () => {
    await readTestPixels(photo, view)
    const busyMs = 1_500
    let answeredAtMs = 0
    const read = readTestPixels(photo, view).then(() => (answeredAtMs = performance.now()))
    // Like a training step: nothing of this thread's event loop turns meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs)
    const freeAtMs = performance.now()
    await read
    // Reading takes a dozen turns; in this thread they would only begin now.
    expect(answeredAtMs - freeAtMs).toBeLessThan(100)
  })

  it.each([
    ['ends when there is nothing left to read', 'await read'],
    ['may be left in the middle of it', 'process.exit(0)'],
  ])('a program %s', (_, ending) => {
    const module = JSON.stringify(join(import.meta.dirname, '../../../src/imaging/read-test-pixels.ts'))
    const program = `
      import { readTestPixels } from ${module}
      const read = Promise.all(Array.from({ length: 40 }, () =>
        readTestPixels(${JSON.stringify(photo)}, { resizePx: 256, cropPx: 224 })))
      await new Promise((resolve) => setTimeout(resolve, 60))
      ${ending}`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 })
    expect([child.status, child.signal, child.stderr.toString()]).toEqual([0, null, ''])
  })
})
