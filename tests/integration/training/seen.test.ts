import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrainJob } from '../../../src/shared/contract/trainer.ts'
import type { DatasetEntry } from '../../../src/shared/domain/dataset.ts'
import { readTrainingPixels } from '../../../src/trainer/batches/pixel-source.ts'
import { sampleOrder } from '../../../src/trainer/batches/sample-order.ts'
import { readPixels } from '../../../src/trainer/evaluation/read-pixels.ts'
import { trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 12, validation: 4, test: 4 })
})
afterAll(() => set.remove())

/** Mean difference, in grey levels, of one square of a strip and the pixels that it should show. */
async function differenceOf(job: TrainJob, epoch: number, at: number, expected: Uint8Array | null): Promise<number> {
  const side = job.recipe.inputSizePx
  const box = { left: at * 112, top: 0, width: 112, height: 112 }
  const shown = await sharp(await readFile(join(job.runFolder, 'seen', `${epoch}.webp`)))
    .extract(box)
    .removeAlpha()
    .raw()
    .toBuffer()
  const raw = { width: side, height: side, channels: 3 as const }
  const wanted = await sharp(expected ?? new Uint8Array(), { raw })
    .resize(112, 112, { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer()
  return shown.reduce((sum, value, index) => sum + Math.abs(value - (wanted[index] ?? 0)), 0) / shown.length
}

describe('what the network sees', () => {
  it('is shown for each epoch, as it gets it', async () => {
    const job = set.job('fine-tune', { backbone: null, epochs: 2, batchSize: 6 })
    const { events } = await trainInProcess(job)
    const seen = events.filter(({ kind }) => kind === 'seen')
    expect(seen).toEqual([0, 1, 2].map((epoch) => ({ kind: 'seen', epoch, imageCount: 8 })))
    const kinds = events.map((event) => (event.kind === 'phase' ? event.phase : event.kind))
    expect(kinds.indexOf('seen')).toBe(kinds.indexOf('caching-features') + 1)
    expect((await readdir(join(job.runFolder, 'seen'))).sort()).toEqual(['0.webp', '1.webp', '2.webp'])
    const { recipe, imageFolder } = job
    const trained = set.entries.filter(({ split }) => split === 'train')
    const orderOf = (epoch: number) => sampleOrder(trained, { seed: recipe.seed, epoch })
    for (const epoch of [1, 2]) {
      const order = orderOf(epoch)
      const pixelsAt = async (at: number) => {
        const { values } = await readTrainingPixels(order[at] as DatasetEntry, { imageFolder, recipe, epoch })
        return values
      }
      for (const at of [0, 7]) {
        expect(await differenceOf(job, epoch, at, await pixelsAt(at))).toBeLessThan(8)
        expect(await differenceOf(job, epoch, at, await pixelsAt(at === 0 ? 7 : 0))).toBeGreaterThan(16)
      }
    }
    const { path, contentHash } = orderOf(0)[3] as DatasetEntry
    const plain = await readPixels(
      { file: join(imageFolder, path), contentHash },
      { resizePx: recipe.resizePx, cropPx: recipe.inputSizePx },
    )
    expect(await differenceOf(job, 0, 3, plain.values)).toBeLessThan(8)
  })
})
