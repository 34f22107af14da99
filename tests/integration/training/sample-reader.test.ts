import { afterAll, beforeAll, expect, it } from 'vitest'
import { presets } from '../../../src/shared/domain/recipe.ts'
import type { ActiveDevice } from '../../../src/trainer/devices/device.ts'
import { chooseDevice } from '../../../src/trainer/devices/table.ts'
import { type PictureSample, readAsTestImages, readAsTrainingImages } from '../../../src/trainer/steps/sample-reader.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

const recipe = { ...presets['fine-tune'], inputSizePx: 32, resizePx: 36 }
const { signal } = new AbortController()

let set: TrainingSet
let device: ActiveDevice
beforeAll(async () => {
  set = await createTrainingSet({ train: 4, validation: 0, test: 0, sidePx: 1000 })
  device = (await chooseDevice('wasm', recipe)).active
})
afterAll(async () => {
  await device.dispose()
  await set.remove()
})

const sampleOf = (changes: Partial<PictureSample> = {}): PictureSample => ({
  ...{ imageFolder: set.folder, images: set.entries, trainCount: set.entries.length },
  ...changes,
})

/** Of many pictures, all of which were read before. */
async function msToRead(read: typeof readAsTestImages, sample: PictureSample, on = device): Promise<number> {
  const reader = read(sample, { recipe, device: on, ahead: 4, signal })
  try {
    await reader.take(4 * sample.images.length)
    const startMs = performance.now()
    await reader.take(40)
    return performance.now() - startMs
  } finally {
    await reader.close()
  }
}

it('makes training images of kept pictures, where a run could keep as many', async () => {
  const kept = await msToRead(readAsTrainingImages, sampleOf())
  // A million pixels of noise are decoded in many times what a small part of them takes.
  expect(await msToRead(readAsTestImages, sampleOf())).toBeGreaterThan(kept)
  expect(await msToRead(readAsTrainingImages, sampleOf({ trainCount: 1e9 }))).toBeGreaterThan(kept)
})

it('asks for nothing that a device makes itself', async () => {
  const itself = { ...device, openAugmenter: () => expect.unreachable('nothing is made') }
  const here = await msToRead(readAsTrainingImages, sampleOf())
  expect(await msToRead(readAsTrainingImages, sampleOf(), itself)).toBeLessThan(here)
})

it('waits for no picture that is gone, and for none where there are none', async () => {
  const gone = set.entries.map((entry) => ({ ...entry, path: `${entry.path}.gone` }))
  for (const images of [gone, []]) await msToRead(readAsTrainingImages, sampleOf({ images }))
})
