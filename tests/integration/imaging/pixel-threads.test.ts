import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { sharp } from '../../../src/imaging/decoder.ts'
import { makePixels } from '../../../src/imaging/pixel-threads/make-pixels.ts'
import type { PixelAnswer } from '../../../src/imaging/pixel-threads/pixel-thread.ts'
import { readCropPixels, type CropView } from '../../../src/imaging/read-crop-pixels.ts'
import { readTestPixels } from '../../../src/imaging/read-test-pixels.ts'
import { readGoldenImages, sourceFolder } from '../../support/pictures/golden-images.ts'

const photo = join(sourceFolder, 'photo-444.jpg')
const view = { resizePx: 40, cropPx: 32 }
const crop: CropView = {
  box: { keys: [1, 2, 3], crop: { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 } },
  sizePx: 32,
  flipHorizontally: true,
  flipVertically: false,
}

const threadFile = join(import.meta.dirname, '../../../src/imaging/pixel-threads/pixel-thread.ts')

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
