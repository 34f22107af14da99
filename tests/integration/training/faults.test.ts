import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrainJob } from '../../../src/shared/contract/trainer.ts'
import type { Preset, RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import type { TrainerEvent } from '../../../src/shared/domain/run.ts'
import { randomOf } from '../../../src/shared/random.ts'
import { readCheckpoint } from '../../../src/trainer/steps/checkpoint.ts'
import { fingerprintOf, trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet } from '../../support/training-set.ts'
import type { TrainingSet } from '../../support/training-set.ts'

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet()
})
afterAll(() => set.remove())

const short: RecipeOverrides = { epochs: 2, batchSize: 6, checkpointSeconds: 0 }

function jobIn(folder: string, overrides: RecipeOverrides = short, preset: Preset = 'from-scratch'): TrainJob {
  const at = (part: string) => join(set.folder, '.athanor', folder, part)
  return set.job(preset, overrides, { runFolder: at('run'), modelFolder: at('model'), featuresFolder: at('features') })
}

const isStep = (event: TrainerEvent) => event.kind === 'step' && event.phase === 'fine-tuning'

describe('a loss that is no longer finite', () => {
  test('ends the run with the epoch and update named and leaves the last finite checkpoint', async () => {
    // Weight decay multiplies the head by -10,000 with each update.
    const overrides = { ...short, epochs: 8, learningRate: 10, weightDecay: 1, headLearningRateMultiplier: 1000 }
    const job = jobIn('not-finite', overrides)
    await expect(trainInProcess(job)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(/epoch \d+, update \d+ of 4|after \d+ epochs and \d+ updates/) as string,
    })
    const checkpoint = await readCheckpoint(job.runFolder)
    expect(checkpoint?.state.steps).toBeGreaterThan(0)
    for (const { values } of checkpoint?.parameters.values() ?? []) expect(values.every(Number.isFinite)).toBe(true)
  })
})

describe('files that vanish or change while a run goes on', () => {
  test('are left out, counted and named; the run goes on', async () => {
    const own = await createTrainingSet()
    try {
      const [gone, changed] = own.entries
      let done = false
      const { events, manifest } = await trainInProcess(
        own.job('from-scratch', { ...short, epochs: 3, missingRatioMax: 0.2 }),
        async (event) => {
          if (done || event.kind !== 'epoch') return undefined
          done = true
          await rm(join(own.folder, gone?.path ?? ''))
          await writeFile(join(own.folder, changed?.path ?? ''), 'something else')
          return undefined
        },
      )
      expect(manifest?.history).toHaveLength(3)
      const warnings = events.filter((event) => event.kind === 'warning')
      expect(warnings.map(({ code, paths }) => [code, paths]).toSorted()).toEqual([
        ['images-changed', [changed?.path]],
        ['images-missing', [gone?.path]],
      ])
    } finally {
      await own.remove()
    }
  })

  test('leave nothing to choose by where they are all that validated: the best is not the epoch without them', async () => {
    const own = await createTrainingSet()
    try {
      const { events, manifest } = await trainInProcess(
        own.job('from-scratch', { ...short, epochs: 3, keepBest: true, averageEpochs: 2, missingRatioMax: 0.5 }),
        async (event) => {
          if (event.kind === 'epoch' && event.metrics.epoch === 1)
            await rm(join(own.folder, 'validation'), { recursive: true })
          return undefined
        },
      )
      const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event.metrics] : []))
      expect(epochs.map(({ validationLoss }) => validationLoss !== null)).toEqual([true, false, false])
      expect(epochs.map(({ validationAccuracy }) => validationAccuracy !== null)).toEqual([true, false, false])
      expect(manifest?.evaluations.map(({ split }) => split)).toEqual(['test'])
    } finally {
      await own.remove()
    }
  })

  test('end the run, by name, when they are more than the recipe bears', async () => {
    const own = await createTrainingSet()
    try {
      await Promise.all(own.entries.slice(0, 4).map(({ path }) => rm(join(own.folder, path))))
      const job = own.job('from-scratch', { ...short, missingRatioMax: 0.05 })
      await expect(trainInProcess(job)).rejects.toMatchObject({
        code: 'not-enough-data',
        message: expect.stringMatching(/of 40 images.*train\/\w+\/\d+\.png/) as string,
      })
    } finally {
      await own.remove()
    }
  })
})

describe('a run that is asked to stop', () => {
  /** In parts, so that it is asked in the middle of a batch too, which is then begun anew. */
  const inParts = { ...short, batchSize: 12, microBatchSize: 2 }

  test('ends soon, leaves no process, and goes on to the same bits', async () => {
    const whole = await trainInProcess(jobIn('whole', inParts))
    if (!whole.manifest) throw new Error('The run did not end.')
    const random = randomOf(5)
    let last = await stopAfter(jobIn('stopped', inParts), random)
    for (let stops = 1; last.manifest === null && stops < 3; stops += 1) {
      last = await stopAfter({ ...jobIn('stopped', inParts), resume: true }, random)
    }
    if (last.manifest === null) last = await trainInProcess({ ...jobIn('stopped', inParts), resume: true })
    if (!last.manifest) throw new Error('The resumed run did not end.')
    expect(await fingerprintOf(jobIn('stopped', inParts), last.manifest)).toEqual(
      await fingerprintOf(jobIn('whole', inParts), whole.manifest),
    )
  })

  async function stopAfter(job: TrainJob, random: () => number) {
    let askedAtMs = 0
    let childPid = 0
    const result = await trainInProcess(job, async (event, pid) => {
      childPid = pid
      if (askedAtMs > 0 || !isStep(event)) return undefined
      await sleep(random() * 300)
      askedAtMs = performance.now()
      return 'stop'
    })
    // Generous, because other tests compute on the same cores; the process ends included.
    expect(performance.now() - askedAtMs).toBeLessThan(10_000)
    expect(() => process.kill(childPid, 0)).toThrow(/ESRCH/)
    return result
  }
})

describe('a resumed run that would compute something else', () => {
  test('is refused with the differences listed, and its checkpoint stays', async () => {
    const job = jobIn('mismatch')
    let stepped = 0
    await trainInProcess(job, (event) => (isStep(event) && (stepped += 1) === 2 ? 'stop' : undefined))
    const before = await readCheckpoint(job.runFolder)
    expect(before).not.toBeNull()
    const other = { ...jobIn('mismatch', { ...short, learningRate: 0.123, threads: 2 }), resume: true }
    await expect(trainInProcess(other)).rejects.toMatchObject({
      code: 'resume-mismatch',
      message: expect.stringMatching(/learningRate was 0\.0005 and is 0\.123.*threads was 1 and is 2/) as string,
    })
    expect(await readCheckpoint(job.runFolder)).toEqual(before)
  })
})
