import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { distort, type Distortion } from '../../src/imaging/distort/distort.ts'
import { rotation, shift } from '../../src/imaging/distort/warp.ts'
import { placeUpright } from '../../src/imaging/orientation.ts'
import { wordsOf } from '../../src/imaging/picture-words.ts'
import type { Raster } from '../../src/imaging/raster.ts'
import { resampleTriangle } from '../../src/imaging/resample.ts'
import { imagenetPreprocessing, type Preprocessing } from '../../src/shared/domain/backbone.ts'
import { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { randomOf } from '../../src/shared/random.ts'
import { mixPixels } from '../../src/trainer/batches/mix-images.ts'
import { readTrainingPicture, readTrainingPixels } from '../../src/trainer/batches/pixel-source.ts'
import type { Augmenter, KeptView, TrainingPicture } from '../../src/trainer/devices/augmenter.ts'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { webgpuDevice } from '../../src/trainer/devices/webgpu.ts'
import { learnerInput } from '../../src/trainer/steps/learner-input.ts'

const found = await webgpuDevice.probe()
if (!found.available) console.log(`Not tested on webgpu: ${found.reason}`)

const sidePx = 23
/** Levels as they are, so that they can be compared. */
const levels = Float32Array.from({ length: 3 * 256 }, (_, at) => at % 256)

/** Smooth in part and noisy in part, and not of the whole range. */
function pictureOf(widthPx: number, heightPx: number, seed: number): Raster {
  const random = randomOf(seed)
  const values = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, at) => {
    return 20 + 80 * (1 + Math.sin(at / 17)) + 50 * random()
  })
  return { values, widthPx, heightPx }
}

const pictures = [pictureOf(61, 40, 1), pictureOf(19, 90, 2)]

function keepAll(augmenter: Augmenter): void {
  pictures.forEach((picture, imageId) => augmenter.settle(augmenter.reserve(), imageId, wordsOf(picture)))
}

/** What the processor makes of it. */
function expectedOf({ imageId, box, flipHorizontally, flipVertically, distortion }: KeptView): Uint8Array {
  const { values, widthPx } = pictures[imageId] as Raster
  const part = new Uint8Array(box.width * box.height * 3)
  for (let y = 0; y < box.height; y += 1) {
    const from = ((box.top + y) * widthPx + box.left) * 3
    part.set(values.subarray(from, from + box.width * 3), y * box.width * 3)
  }
  const small = resampleTriangle(
    { values: part, widthPx: box.width, heightPx: box.height },
    { widthPx: sidePx, heightPx: sidePx },
  )
  return distort(placeUpright(small, 1, { horizontally: flipHorizontally, vertically: flipVertically }), distortion)
    .values
}

const whole: KeptView = {
  imageId: 0,
  box: { left: 0, top: 0, width: 61, height: 40 },
  flipHorizontally: false,
  flipVertically: false,
  distortion: { kind: 'none' },
}

const tall = { left: 2, top: 11, width: 15, height: 60 }
const imagenet: Preprocessing = { ...imagenetPreprocessing, cropPx: sidePx, resizePx: sidePx }

describe.runIf(found.available)('a graphics card makes of a picture what the processor makes of it', () => {
  let active: ActiveDevice
  let augmenter: Augmenter
  beforeAll(async () => {
    active = await webgpuDevice.activate({ threads: null, precision: 'float32' })
    augmenter = active.openAugmenter?.({ sidePx, levels, memoryBytes: 1e6 }) as Augmenter
    keepAll(augmenter)
  })
  afterAll(async () => {
    augmenter.dispose()
    await active.dispose()
  })

  async function madeOf(views: readonly (KeptView | Uint8Array)[]): Promise<number[][]> {
    const made = augmenter.make(views)
    expect(made.shape).toEqual([views.length, sidePx, sidePx, 3])
    const values = [...(await made.data())]
    made.dispose()
    return views.map((_, index) => values.slice(index * sidePx ** 2 * 3, (index + 1) * sidePx ** 2 * 3))
  }

  test('crops that are larger and smaller than the input, mirrored each way, to the bit', async () => {
    const views: KeptView[] = [
      whole,
      { ...whole, flipHorizontally: true },
      { ...whole, flipVertically: true, box: { left: 7, top: 3, width: 30, height: 31 } },
      { ...whole, imageId: 1, box: { left: 1, top: 60, width: 11, height: 5 } },
      {
        ...whole,
        imageId: 1,
        box: { left: 0, top: 0, width: 19, height: 90 },
        flipHorizontally: true,
        flipVertically: true,
      },
    ]
    const made = await madeOf(views)
    views.forEach((view, index) => expect(made[index]).toEqual([...expectedOf(view)]))
  })

  test('pixels that were made elsewhere stay as they are, beside others', async () => {
    const pixels = pictureOf(sidePx, sidePx, 3).values
    expect(await madeOf([whole, pixels])).toEqual([[...expectedOf(whole)], [...pixels]])
  })

  const exact: Distortion[] = [{ kind: 'equalize' }, { kind: 'posterize', bits: 4 }]
  const rounded: Distortion[] = [
    { kind: 'stretch' },
    ...(['brightness', 'contrast', 'colour', 'sharpness'] as const).flatMap((kind): Distortion[] => [
      { kind, factor: 0.37 },
      { kind, factor: 1.83 },
    ]),
  ]
  test.each([...exact, ...rounded])('$kind', async (distortion) => {
    const view = { ...whole, distortion }
    const [made = []] = await madeOf([view])
    const expected = [...expectedOf(view)]
    const differences = expected.map((value, at) => Math.abs((made[at] ?? Number.NaN) - value))
    // In single precision a level may fall on the other side of a whole number.
    expect(Math.max(...differences)).toBeLessThanOrEqual(exact.includes(distortion) ? 0 : 1)
    expect(differences.filter((one) => one > 0).length).toBeLessThan(0.02 * expected.length)
    expect(expected).not.toEqual([...expectedOf(whole)])
  })

  test('each picture of a batch gets its own distortion, and may be blended with another', async () => {
    const views = [...exact, ...rounded].map((distortion, at): KeptView => {
      return at % 2 === 0 ? { ...whole, distortion } : { ...whole, imageId: 1, distortion, box: tall }
    })
    const made = await madeOf(views)
    for (const [index, view] of views.entries()) expect(made[index]).toEqual((await madeOf([view]))[0])
    const mix = { partners: views.map((_, at) => (at + 1) % views.length), share: 0.75 }
    const entry = { classIndex: 1 } as DatasetEntry
    const images = views.map((values) => ({ entry, values }))
    const { pixels, classIndices } = learnerInput({ preprocessing: imagenet }, images, { mix, augmenter })
    expect(classIndices).toEqual(views.map(() => 1))
    const blended = await (pixels as tf.Tensor).data()
    const flat = Float32Array.from(made.flat())
    const expected = mixPixels(flat, mix)
    expect(blended.every((value, at) => Math.abs(value - (expected[at] ?? Number.NaN)) < 1e-3)).toBe(true)
    tf.dispose(pixels)
  })

  test.each([rotation(17), rotation(-29), shift(0.21, 0), shift(0, -0.13)])(
    'moved by %s, %s, %s …',
    async (...matrix) => {
      const view: KeptView = { ...whole, distortion: { kind: 'warp', matrix } }
      const [made = []] = await madeOf([view])
      const expected = [...expectedOf(view)]
      expect(expected.filter((value, at) => value !== made[at]).length).toBeLessThan(0.01 * expected.length)
      expect(expected).not.toEqual([...expectedOf(whole)])
    },
  )

  test('a training image of a later epoch is what its file would give, and the file is not needed again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'athanor-kept-'))
    const keeper = active.openAugmenter?.({ sidePx, levels, memoryBytes: 1e8 }) as Augmenter
    const recipe = { ...presets['fine-tune'], inputSizePx: sidePx, verticalFlip: true, distortion: 1 }
    const entries = await Promise.all(
      [1, 3, 6, 8].map(async (orientation, imageId): Promise<DatasetEntry> => {
        const { values, widthPx: width, heightPx: height } = pictures[0] as Raster
        const file = sharp(values, { raw: { width, height, channels: 3 } }).withMetadata({ orientation })
        const bytes = await file.jpeg({ quality: 95 }).toBuffer()
        writeFileSync(join(folder, `${imageId}.jpg`), bytes)
        const contentHash = createHash('sha256').update(bytes).digest('hex')
        return DatasetEntry.parse({
          imageId: imageId + 1,
          path: `${imageId}.jpg`,
          contentHash,
          classIndex: 0,
          split: 'train',
        })
      }),
    )
    const viewOf = (epoch: number) => ({ imageFolder: folder, recipe, epoch })
    const pixelsIn = (epoch: number) => Promise.all(entries.map((entry) => readTrainingPixels(entry, viewOf(epoch))))
    const picturesIn = async (epoch: number) => {
      const read = await Promise.all(entries.map((entry) => readTrainingPicture(entry, viewOf(epoch), keeper)))
      return read.map(({ values }) => values as TrainingPicture)
    }
    expect(await picturesIn(1)).toEqual((await pixelsIn(1)).map(({ values }) => values))
    const expected = (await Promise.all([2, 3, 4, 5].map(pixelsIn))).flat().map(({ values }) => [...(values ?? [])])
    rmSync(folder, { recursive: true })
    const views = (await Promise.all([2, 3, 4, 5].map(picturesIn))).flat()
    expect(views.some((view) => view instanceof Uint8Array)).toBe(false)
    const made = keeper.make(views)
    const values = await made.data()
    expected.forEach((picture, index) => {
      const own = values.subarray(index * picture.length, (index + 1) * picture.length)
      const differing = picture.filter((value, at) => Math.abs(value - (own[at] ?? Number.NaN)) > 1)
      expect(differing.length).toBeLessThan(0.01 * picture.length)
    })
    made.dispose()
    keeper.dispose()
  })

  test('only as many pictures are kept as there is room for', () => {
    const small = active.openAugmenter?.({ sidePx, levels, memoryBytes: 61 * 40 * 4 + 100 }) as Augmenter
    keepAll(small)
    expect(small.keptCount()).toBe(1)
    expect([small.sizeOf(0), small.sizeOf(1)]).toEqual([expect.objectContaining({ widthPx: 61, heightPx: 40 }), null])
    expect(small.reserve()).toBe(0)
    expect(() => small.make([{ ...whole, imageId: 1 }])).toThrow('does not keep')
    small.dispose()
    // A file that was still being read then.
    small.settle(0, 1, wordsOf(pictures[1] as Raster))
    expect(small.keptCount()).toBe(0)
  })
})
