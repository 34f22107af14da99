import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseCrop } from '../../src/imaging/choose-crop.ts'
import type { PixelsRead } from '../../src/imaging/pixels-read.ts'
import { readCropPixels } from '../../src/imaging/read-crop-pixels.ts'
import { readTestPixels } from '../../src/imaging/read-test-pixels.ts'
import { randomOf } from '../../src/shared/random.ts'
import { differenceOf, readGoldenImages } from '../support/pictures/golden-images.ts'

const python = '/usr/bin/python3'
const hasTorchvision = spawnSync(python, ['-c', 'import torchvision, PIL']).status === 0
const photoFolder = join(import.meta.dirname, '../../../shared/data/hotdog/test')
const sizes = { resizePx: 256, cropPx: 224, sizePx: 224 }
const crop = { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 }

if (!hasTorchvision) console.log(`skipped: ${python} has no torchvision to compare with`)
if (!existsSync(photoFolder)) console.log('comparing over the golden images only: the photographs are not there')

async function filesToCompare(): Promise<string[]> {
  const golden = (await readGoldenImages()).images.map(({ file }) => file)
  if (!existsSync(photoFolder)) return golden
  const photos = readdirSync(photoFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
  return [...golden, ...photos.filter((_, index) => index % 8 === 0).map((name) => join(photoFolder, name))]
}

function valuesOf(read: PixelsRead): Uint8Array {
  if (read.state === 'unreadable') throw new Error(read.message)
  return read.pixels.values
}

describe.skipIf(!hasTorchvision)('preprocessing agrees with torchvision here', () => {
  it('in the sizes of ImageNet, over golden images and photographs', async () => {
    const files = await filesToCompare()
    const jobs: { file: string; box: number[] }[] = []
    const ours: Uint8Array[] = []
    for (const [index, file] of files.entries()) {
      const read = await readTestPixels(file, sizes)
      if (read.state === 'unreadable') throw new Error(`${file}: ${read.message}`)
      const box = chooseCrop(randomOf(7, index), read, crop)
      const view = { box, sizePx: sizes.sizePx, flipHorizontally: false, flipVertically: false }
      ours.push(valuesOf(read), valuesOf(await readCropPixels(file, view)))
      jobs.push({ file, box: [box.left, box.top, box.width, box.height], ...sizes })
    }
    const input = jobs.map((job) => JSON.stringify(job)).join('\n')
    const script = join(import.meta.dirname, 'compare_preprocessing.py')
    const peer = spawnSync(python, ['-B', script], { input, maxBuffer: 2 ** 30 })
    expect(peer.stderr.toString()).toBe('')
    const length = sizes.cropPx * sizes.cropPx * 3
    const differences = ours.map((values, index) =>
      differenceOf(values, peer.stdout.subarray(index * length, (index + 1) * length)),
    )
    const mean = Math.max(...differences.map((difference) => difference.mean))
    const max = Math.max(...differences.map((difference) => difference.max))
    console.log(`${files.length} files: largest mean difference ${mean.toFixed(3)}, largest difference ${max} of 255`)
    expect(mean).toBeLessThanOrEqual(1)
    expect(max).toBeLessThanOrEqual(8)
  })
})
