import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { TrainJob } from '../../src/shared/contract/trainer.ts'
import { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { DatasetId, ModelId, RunId } from '../../src/shared/domain/ids.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import type { Preset, RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import { randomOf } from '../../src/shared/random.ts'
import { memoryDisk } from './temporary-folder.ts'

/** A folder with small generated images of two classes that a network can tell apart, and all that a run needs. */
export interface TrainingSet {
  readonly folder: string
  readonly entries: readonly DatasetEntry[]
  job(preset: Preset, overrides?: RecipeOverrides, changes?: Partial<TrainJob>): TrainJob
  remove(): Promise<void>
}

export interface TrainingSetOptions {
  readonly train?: number
  readonly validation?: number
  readonly test?: number
  readonly sidePx?: number
}

const classes = ['stripes', 'spots']

/** That many images fit into any memory: nothing has to be measured. */
const small = { inputSizePx: 32, resizePx: 36, microBatchSize: 8, threads: 1, device: 'wasm' } as const

/** Bars across the picture, or a checkerboard of blobs, in random colours, sizes and phases. */
async function drawImage(classIndex: number, sidePx: number, key: number): Promise<Buffer> {
  const random = randomOf(key, classIndex)
  const base = [random() * 120, random() * 120, random() * 120]
  const period = 5 + Math.floor(random() * 6)
  const phase = Math.floor(random() * period)
  const pixels = new Uint8Array(sidePx * sidePx * 3)
  for (let y = 0; y < sidePx; y += 1) {
    for (let x = 0; x < sidePx; x += 1) {
      const inX = (x + phase) % period < period / 2
      const inY = (y + phase) % period < period / 2
      const lit = classIndex === 0 ? inX : inX && inY
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (base[channel] ?? 0) + (lit ? 110 : 0) + random() * 20
        pixels[(y * sidePx + x) * 3 + channel] = Math.min(255, value)
      }
    }
  }
  return sharp(pixels, { raw: { width: sidePx, height: sidePx, channels: 3 } })
    .png()
    .toBuffer()
}

export async function createTrainingSet(options: TrainingSetOptions = {}): Promise<TrainingSet> {
  const { train = 24, validation = 8, test = 8, sidePx = 40 } = options
  const folder = await mkdtemp(join(memoryDisk, 'athanor-training-'))
  const splits = [
    ...Array.from({ length: train }, () => 'train' as const),
    ...Array.from({ length: validation }, () => 'validation' as const),
    ...Array.from({ length: test }, () => 'test' as const),
  ]
  const entries: DatasetEntry[] = []
  for (const [index, split] of splits.entries()) {
    const classIndex = index % 2
    const path = `${split}/${classes[classIndex] ?? ''}/${index}.png`
    const bytes = await drawImage(classIndex, sidePx, index)
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
    const contentHash = createHash('sha256').update(bytes).digest('hex')
    entries.push(DatasetEntry.parse({ imageId: index + 1, path, contentHash, classIndex, split }))
  }
  return {
    folder,
    entries,
    job: (preset, overrides = {}, changes = {}) => {
      const project = join(folder, '.athanor')
      return {
        ...TrainJob.parse({
          runId: RunId.parse('run-1'),
          modelId: ModelId.parse('model-1'),
          recipe: { ...presets[preset], ...small, ...overrides },
          imageFolder: folder,
          runFolder: join(project, 'runs', 'run-1'),
          modelFolder: join(project, 'models', 'model-1'),
          backboneFolder: join(project, 'store'),
          featuresFolder: join(project, 'features'),
          versions: { athanor: '0.0.0' },
          dataset: {
            id: DatasetId.parse('dataset-1'),
            hash: createHash('sha256').update(JSON.stringify(entries)).digest('hex'),
            classes,
            entries,
          },
          resume: false,
        }),
        ...changes,
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
