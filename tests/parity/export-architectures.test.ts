import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { imagenetPreprocessing } from '../../src/shared/domain/backbone.ts'
import type { Architecture } from '../../src/shared/domain/backbone.ts'
import { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import type { Export, ExportFormat } from '../../src/shared/domain/export.ts'
import { createRandomModel } from '../support/random-model.ts'
import { runExport } from '../support/run-export.ts'
import { writeVariedImages } from '../support/varied-images.ts'

const hotdogFolder = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'hotdog', 'test')
const hasHotdogs = existsSync(hotdogFolder)
if (!hasHotdogs) console.log('skipped: ../shared/data/hotdog is not there, so exports are not compared over its images')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-exports-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function expectAgreement({ format, parity }: Export, imageCount: number): void {
  const { sameTensor, endToEnd, passed } = parity
  console.log(
    `${format}: same pixels at most ${sameTensor.probabilityDifferenceMax.toExponential(1)}, ` +
      `end to end mean ${(endToEnd?.probabilityDifferenceMean ?? NaN).toExponential(1)}, ` +
      `at most ${(endToEnd?.probabilityDifferenceMax ?? NaN).toExponential(1)}`,
  )
  expect(passed).toBe(true)
  expect(sameTensor).toMatchObject({ imageCount, topOneAgreement: 1 })
  expect(sameTensor.probabilityDifferenceMax).toBeLessThanOrEqual(1e-4)
  expect(endToEnd?.imageCount).toBe(imageCount)
  expect(endToEnd?.clearDisagreementCount).toBe(0)
  expect(endToEnd?.probabilityDifferenceMean).toBeLessThanOrEqual(2e-3)
}

describe('exports of the larger networks', () => {
  it.each<{ architecture: Architecture; formats: readonly ExportFormat[] }>([
    { architecture: 'resnet34', formats: ['onnx'] },
    { architecture: 'resnet50', formats: ['onnx', 'tfjs'] },
  ])('$architecture agrees with the trainer', async ({ architecture, formats }) => {
    const imageFolder = join(folder, 'images')
    await mkdir(imageFolder)
    const entries = await writeVariedImages(imageFolder, 2)
    const modelFolder = join(folder, 'model')
    // An odd margin: the crop begins at the even number, as torchvision's does.
    const preprocessing = { ...imagenetPreprocessing, resizePx: 71, cropPx: 64 }
    const classes = ['one', 'other']
    await createRandomModel({ folder: modelFolder, architecture, classes, preprocessing, imageFolder, entries })
    const destination = join(folder, 'exports')
    const options = { modelFolder, imageFolder, entries, destination, verifyCount: 4 }
    const exported = await runExport({ ...options, formats })
    expect(exported.map(({ format }) => format)).toEqual(formats)
    for (const one of exported) expectAgreement(one, 4)
  })
})

describe.skipIf(!hasHotdogs)('exports of ResNet-18 at 224', () => {
  it('agree with the trainer over real photographs', async () => {
    const entries = ['hot_dog', 'not_hot_dog'].flatMap((name, classIndex) =>
      readdirSync(join(hotdogFolder, name))
        .slice(0, 3)
        .map((file, index) => {
          const path = `${name}/${file}`
          const contentHash = createHash('sha256')
            .update(readFileSync(join(hotdogFolder, path)))
            .digest('hex')
          return DatasetEntry.parse({
            imageId: classIndex * 3 + index + 1,
            path,
            contentHash,
            classIndex,
            split: 'test',
          })
        }),
    )
    const modelFolder = join(folder, 'model')
    await createRandomModel({ folder: modelFolder, classes: ['a', 'b'], imageFolder: hotdogFolder, entries })
    const exported = await runExport({
      modelFolder,
      imageFolder: hotdogFolder,
      entries,
      destination: join(folder, 'exports'),
      formats: ['onnx', 'tfjs', 'safetensors'],
    })
    for (const one of exported) expectAgreement(one, entries.length)
  })
})
