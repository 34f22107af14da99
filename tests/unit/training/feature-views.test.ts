import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { imagenetPreprocessing } from '../../../src/shared/domain/backbone.ts'
import { featureViews, readView, wholeView } from '../../../src/trainer/steps/feature-views.ts'
import { featureKeyOf, type FeatureOrigin } from '../../../src/trainer/steps/feature-key.ts'

const preprocessing = { ...imagenetPreprocessing, resizePx: 40, cropPx: 32 }

test('views begin with the image itself, and mirror it only where that means the same', () => {
  expect(featureViews(1, true)).toEqual([wholeView])
  expect(featureViews(4, true)).toEqual([
    wholeView,
    { crop: null, isMirrored: true },
    { crop: 0, isMirrored: false },
    { crop: 1, isMirrored: true },
  ])
  expect(featureViews(3, false)).toEqual([wholeView, { crop: 0, isMirrored: false }, { crop: 1, isMirrored: false }])
})

test('a view gives the same pixels each time, and the mirrored one those of the mirrored picture', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'athanor-views-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'ramp.png')
  const ramp = Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => (Math.floor(at / 3) % 64) * 4 - (at % 3))
  const picture = sharp(ramp, { raw: { width: 64, height: 48, channels: 3 } })
  await picture.clone().png().toFile(file)
  await picture.flop().png().toFile(join(folder, 'mirrored.png'))
  const read = async (name: string, view = wholeView) => {
    const { values } = await readView({ file: join(folder, name), contentHash: null }, preprocessing, view)
    return values
  }
  expect(await read('ramp.png', { crop: null, isMirrored: true })).toEqual(await read('mirrored.png'))
  const crop = await read('ramp.png', { crop: 3, isMirrored: false })
  expect(crop).toHaveLength(32 * 32 * 3)
  expect(await read('ramp.png', { crop: 3, isMirrored: false })).toEqual(crop)
  expect(await read('ramp.png', { crop: 4, isMirrored: false })).not.toEqual(crop)
  expect(await read('ramp.png')).not.toEqual(crop)
})

test('a file that is not what it was is a problem in every view', async () => {
  const item = { file: '/nowhere/at-all.png', contentHash: 'a'.repeat(64) }
  for (const view of featureViews(4, true)) {
    expect((await readView(item, preprocessing, view)).problem?.kind).toBe('missing')
  }
})

test('features of the whole image are kept under the name that they always had', () => {
  const origin: FeatureOrigin = {
    ...{ recipe: { architecture: 'resnet18', seed: 0, precision: 'float32' }, backboneSha256: null, preprocessing },
    ...{ device: 'wasm', threads: 1, versions: {} },
  }
  expect(featureKeyOf({ ...origin, view: wholeView })).toEqual(featureKeyOf(origin))
  const keys = featureViews(4, true).map((view) => JSON.stringify(featureKeyOf({ ...origin, view })))
  expect(new Set(keys).size).toBe(4)
})
