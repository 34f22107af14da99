import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunPhase, TrainerEvent } from '../../../src/shared/domain/run.ts'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { trainInProcess } from '../../support/train-process.ts'
import { createTrainingSet, type TrainingSet } from '../../support/training-set.ts'

const fullSize = { inputSizePx: 224, resizePx: 256, threads: null } as const

let set: TrainingSet
beforeAll(async () => {
  set = await createTrainingSet({ train: 144, validation: 60, test: 4, sidePx: 240 })
})
afterAll(() => set.remove())

type Step = TrainerEvent & { kind: 'step' }

const isStepOf = (phase: RunPhase) => (event: TrainerEvent) => event.kind === 'step' && event.phase === phase

/** Stops a run at its first event of a kind, and says how far it went on and how long that took. */
async function stopAt(overrides: RecipeOverrides, isMoment: (event: TrainerEvent) => boolean) {
  const job = set.job('fine-tune', { backbone: null, ...fullSize, ...overrides })
  let atMs: number | null = null
  const { events, manifest } = await trainInProcess(job, (event) => {
    if (atMs !== null || !isMoment(event)) return undefined
    atMs = performance.now()
    return 'stop'
  })
  const stopMs = performance.now() - (atMs ?? NaN)
  const after = events.slice(events.findIndex(isMoment))
  const steps = after.filter((event): event is Step => event.kind === 'step')
  const extraImages = (steps.at(-1)?.done ?? 0) - (steps[0]?.done ?? 0)
  return { job, manifest, after, extraImages, stopMs }
}

describe('a run that is asked to stop, at 224 pixels but where it says otherwise', () => {
  it('while it fine-tunes, ends long before the batch of 128 is complete, at a checkpoint', async () => {
    const { job, manifest, after, extraImages, stopMs } = await stopAt(
      { fitHeadFirst: false, batchSize: 128, epochs: 3 },
      isStepOf('fine-tuning'),
    )
    console.log(`Fine-tuning stopped after ${stopMs.toFixed(0)} ms and ${extraImages} more images`)
    expect(manifest).toBeNull()
    // One part is under way when the wish arrives, another may be before it is heard.
    expect(extraImages).toBeLessThanOrEqual(16)
    expect(after.at(-1)).toEqual({ kind: 'checkpoint', epoch: 0, step: 0 })
    await access(join(job.runFolder, 'checkpoint.safetensors'))
  })

  it('while it computes features, ends within two batches', async () => {
    const { manifest, extraImages, stopMs } = await stopAt({}, isStepOf('caching-features'))
    console.log(`Caching features stopped after ${stopMs.toFixed(0)} ms and ${extraImages} more images`)
    expect(manifest).toBeNull()
    expect(extraImages).toBeLessThanOrEqual(32)
  })

  it('while it evaluates, ends within two batches', async () => {
    const { manifest, extraImages, stopMs } = await stopAt(
      { fitHeadFirst: false, epochs: 1, batchSize: 16, limit: 16 },
      isStepOf('evaluating'),
    )
    console.log(`Evaluating stopped after ${stopMs.toFixed(0)} ms and ${extraImages} more images`)
    expect(manifest).toBeNull()
    expect(extraImages).toBeLessThanOrEqual(32)
  })

  it('once it is trained, at 32 pixels, trains nothing again when it goes on', async () => {
    const brief = { ...{ inputSizePx: 32, resizePx: 32 }, fitHeadFirst: false, epochs: 1, checkpointSeconds: 3600 }
    const { job, manifest } = await stopAt(brief, (event) => event.kind === 'phase' && event.phase === 'evaluating')
    expect(manifest).toBeNull()
    const { events } = await trainInProcess({ ...job, resume: true })
    expect(events.map(({ kind }) => kind)).toContain('evaluation')
    expect(events.map(({ kind }) => kind)).not.toContain('epoch')
  })
})
