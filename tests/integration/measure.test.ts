import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTrainer } from '../../src/main/core/processes/open-process.ts'
import { type ImageToSee, StepMeasurement } from '../../src/shared/contract/trainer.ts'
import { presets, Recipe, type Preset, type RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import { rejectionOf } from '../support/app-errors.ts'
import { createWholeHost } from '../support/thin/thin-host.ts'
import { createTrainingSet, type TrainingSet } from '../support/training-set.ts'
import { devices } from '../../src/trainer/devices/table.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 4, validation: 0, test: 0, sidePx: 400 })
})
afterAll(() => set.remove())

/** In a process of its own, as core does it. */
async function measure(preset: Preset, overrides: RecipeOverrides = {}, images: ImageToSee[] = []) {
  const recipe = Recipe.parse({ ...presets[preset], device: 'wasm', inputSizePx: 64, resizePx: 72, ...overrides })
  const trainer = openTrainer(createWholeHost())
  try {
    const sample = { imageFolder: set.folder, images, trainCount: images.length }
    return StepMeasurement.parse(await trainer.client.measure({ recipe, classCount: 3, ...sample }))
  } finally {
    await trainer.close()
  }
}

describe('measuring a step', () => {
  it('tells what training and looking cost, in time and memory', async () => {
    const small = await measure('fine-tune')
    expect(small).toMatchObject({ device: 'wasm', microBatchSize: expect.any(Number) as number })
    expect(small.trainSecondsPerImage).toBeGreaterThan(small.inferSecondsPerImage)
    expect(small.memoryBytes).toBeGreaterThan(50 * 2 ** 20)
    const large = await measure('fine-tune', { inputSizePx: 160, resizePx: 183 })
    // Six times the pixels; a busy machine may hide much of it, but not all.
    expect(large.trainSecondsPerImage).toBeGreaterThan(2 * (small.trainSecondsPerImage ?? Infinity))
    expect(large.memoryBytes).toBeGreaterThan(small.memoryBytes)
    expect(large.microBatchSize).toBeLessThan(small.microBatchSize)
  })

  it('counts the reading of pictures, and no training where the backbone stays as it is', async () => {
    const images = set.entries.map(({ imageId, path, contentHash }) => ({ imageId, path, contentHash }))
    const gone = images.map((image) => ({ ...image, path: `${image.path}.gone` }))
    const withPictures = await measure('quick', { inputSizePx: 32, resizePx: 36 }, images)
    expect(withPictures.trainSecondsPerImage).toBeNull()
    const without = await measure('quick', { inputSizePx: 32, resizePx: 36 }, gone)
    expect(withPictures.inferSecondsPerImage).toBeGreaterThan(without.inferSecondsPerImage)
  })

  it('says why it cannot', async () => {
    const found = await Promise.all(devices.map(async (device) => ({ id: device.id, ...(await device.probe()) })))
    const absent = found.find(({ available }) => !available)
    if (absent === undefined) throw new Error('Every device is present here, so none can be refused.')
    const refused = await rejectionOf(measure('fine-tune', { device: absent.id }))
    expect(refused.code).toBe('no-device')
  })
})
