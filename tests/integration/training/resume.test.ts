import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrainJob } from '../../../src/shared/contract/trainer.ts'
import type { Preset, RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import type { TrainerEvent } from '../../../src/shared/domain/run.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { randomOf } from '../../../src/shared/random.ts'
import { onednnDevice } from '../../../src/trainer/devices/onednn.ts'
import { createWholeHost } from '../../support/thin/thin-host.ts'
import { fingerprintOf, trainInProcess, type Reaction } from '../../support/train-process.ts'
import { createTrainingSet } from '../../support/training-set.ts'
import type { TrainingSet } from '../../support/training-set.ts'

const onednn = await onednnDevice.probe()
const hasBfloat16 = onednn.available && onednn.precisions.includes('bfloat16')
if (!onednn.available) console.log(`Not tested on onednn: ${onednn.reason}`)
else if (!hasBfloat16) console.log('Not tested in bfloat16: this processor does not have it.')

/** oneDNN chooses its kernels, and how their sums are split, by the number of threads. */
const onOnednn = [
  ...(onednn.available ? ([{ precision: 'float32', threads: 2, trainableFrom: 'layer4', momentum: 0 }] as const) : []),
  ...(hasBfloat16 ? ([{ precision: 'bfloat16', threads: 2, trainableFrom: 'stem', momentum: 0.9 }] as const) : []),
]

/** Each with a first kill that leaves work behind: in the middle of an epoch, or of computing the features. */
const configurations: readonly {
  readonly name: string
  readonly preset: Preset
  readonly overrides: RecipeOverrides
  readonly killAt: (event: TrainerEvent) => boolean
}[] = [
  {
    name: 'momentum, cosine schedule with warm-up, best and averaged weights',
    preset: 'fine-tune',
    overrides: {
      ...{ backbone: null, fitHeadFirst: false, epochs: 2, batchSize: 6, learningRate: 0.01, momentum: 0.9 },
      ...{ keepBest: true, averageEpochs: 2 },
    },
    killAt: isMidEpoch,
  },
  {
    name: 'strong augmentation, micro-batches, label smoothing, balanced classes, mean loss, frozen lower stages, two threads',
    preset: 'from-scratch',
    overrides: {
      ...{ epochs: 2, batchSize: 8, microBatchSize: 3, lossReduction: 'mean', learningRate: 0.02 },
      ...{ labelSmoothing: 0.1, classWeights: 'balanced', momentum: 0.8 },
      ...{ trainableFrom: 'layer3', threads: 2 },
      ...{ cropScaleMin: 0.05, cropRatioMin: 0.5, cropRatioMax: 2, distortion: 1, mixup: 0.4 },
    },
    killAt: isMidEpoch,
  },
  {
    name: 'the head first, then all',
    preset: 'fine-tune',
    overrides: { backbone: null, fitHeadFirst: true, epochs: 1, batchSize: 6, learningRate: 1e-4 },
    killAt: (event) => event.kind === 'phase' && event.phase === 'fine-tuning',
  },
  {
    name: 'quick',
    preset: 'quick',
    // So large that not all images are computed at once, and a resumed run batches the rest differently.
    overrides: { backbone: null, inputSizePx: 160, resizePx: 180 },
    killAt: isMidFeatures,
  },
  ...(onednn.available
    ? [
        {
          name: 'quick through onednn',
          preset: 'quick' as const,
          overrides: { backbone: null, device: 'onednn' as const, inputSizePx: 160, resizePx: 180 },
          killAt: isMidFeatures,
        },
      ]
    : []),
  ...onOnednn.map((overrides) => ({
    name: `onednn in ${overrides.precision}, threads: ${overrides.threads}, with a last batch of 2 images`,
    preset: 'from-scratch' as const,
    overrides: { device: 'onednn' as const, epochs: 1, batchSize: 6, ...overrides },
    killAt: isMidEpoch,
  })),
]

function isAboutImages(event: TrainerEvent): boolean {
  return event.kind === 'warning' && event.code.startsWith('images-')
}

function isMidFeatures(event: TrainerEvent): boolean {
  return event.kind === 'step' && event.phase === 'caching-features' && event.done < event.total
}

function isMidEpoch(event: TrainerEvent): boolean {
  return event.kind === 'checkpoint' && event.step > 0
}

describe('a run that was killed gives the same bits as one that was not', () => {
  let set: TrainingSet
  beforeAll(async () => {
    set = await createTrainingSet({ train: 26, validation: 6, test: 6 })
  })
  afterAll(() => set.remove())

  for (const [index, { name, preset, overrides, killAt }] of configurations.entries()) {
    test(name, { timeout: 180_000 }, async () => {
      const random = randomOf(2026, index)
      const job = (folder: string): TrainJob => {
        const at = (part: string) => join(set.folder, '.athanor', `${index}-${folder}`, part)
        const folders = { runFolder: at('run'), modelFolder: at('model'), featuresFolder: at('features') }
        return set.job(preset, { checkpointSeconds: 0.2, ...overrides }, folders)
      }
      // oneDNN chooses its kernels by the number of channels too, so that there the networks are as wide as ever.
      const host = overrides.device === 'onednn' ? createWholeHost() : createNodeHost()
      const train = (one: TrainJob, react?: (event: TrainerEvent) => Promise<Reaction>) =>
        trainInProcess(one, react, host)
      const undisturbed = job('whole')
      // It needs no checkpoints, which take their time.
      const whole = await train({ ...undisturbed, recipe: { ...undisturbed.recipe, checkpointSeconds: 60 } })
      if (!whole.manifest) throw new Error('The run did not end.')

      const first = await train(job('killed'), async (event) => {
        if (!killAt(event)) return undefined
        await sleep(random() * 300)
        return 'kill'
      })
      expect(first.wasKilled).toBe(true)
      const second = await train({ ...job('killed'), resume: true }, async () => {
        await sleep(random() * 150)
        return random() < 0.1 ? 'kill' : undefined
      })
      const last = second.manifest ? second : await train({ ...job('killed'), resume: true })
      if (!last.manifest) throw new Error('The resumed run did not end.')
      expect([whole, first, second, last].flatMap(({ events }) => events.filter(isAboutImages))).toEqual([])
      expect(await fingerprintOf(job('killed'), last.manifest)).toEqual(
        await fingerprintOf(undisturbed, whole.manifest),
      )
    })
  }
})
