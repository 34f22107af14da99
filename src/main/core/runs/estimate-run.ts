import type { RunEstimate, RunPlan } from '../../../shared/contract/runs.ts'
import type { ImageToSee } from '../../../shared/contract/trainer.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import type { Host } from '../host.ts'
import { openTrainer } from '../processes/open-process.ts'
import { cachedRatioOf } from './cached-ratio.ts'
import { planRun } from './plan-run.ts'
import { recallCost, rememberCost } from './remembered-costs.ts'
import type { CostedWork, RunCost } from './remembered-costs.ts'
import { requireRunnable } from './require-runnable.ts'
import { durationOf } from './run-duration.ts'
import type { RunQueue } from './run-queue.ts'
import { listLiveRuns } from './run-repository.ts'
import type { WhatToRun } from './settle-recipe.ts'

export interface Estimator {
  /** Errors: those of the contract's `runs.estimate`. */
  estimate(project: OpenProject, input: WhatToRun, signal: AbortSignal): Promise<RunEstimate>
}

/** Pictures that are read to see what reading costs. */
const sampledCount = 24

export function createEstimator(host: Host, queue: RunQueue): Estimator {
  /** One at a time: two warm-ups at once would each take twice as long. */
  let turn: Promise<unknown> = Promise.resolve()

  async function measure(project: OpenProject, plan: Planned, signal: AbortSignal): Promise<RunCost> {
    const known = recallCost(host, project.id, plan)
    if (known !== undefined && known.memoryBytes !== null) return known
    // A run that begins must not share the device with a warm-up.
    const { begins } = queue
    const stop = AbortSignal.any([signal, begins])
    const trainer = openTrainer(host)
    try {
      const { recipe, classCount, trainCount } = plan
      const measured = await trainer.client.measure(
        {
          ...{ recipe, classCount, trainCount, imageFolder: project.imageFolder },
          images: sampleImages(project),
        },
        { signal: stop },
      )
      const cost: RunCost = { ...nothingLearnt, ...measured, ...secondsOf(known) }
      remember(project, plan, cost)
      return cost
    } catch (thrown) {
      if (begins.aborted && !signal.aborted)
        throw busyError(said`A run has begun: how long another one takes can be measured once it has ended.`)
      throw thrown
    } finally {
      await trainer.close()
    }
  }

  function remember(project: OpenProject, { recipe, trainCount }: Planned, cost: RunCost): void {
    try {
      rememberCost(host, project.id, { recipe, trainCount, cost })
    } catch (thrown) {
      host.log(`a warm-up could not be remembered: ${toAppError(thrown).message}`)
    }
  }

  return {
    async estimate(project, input, signal) {
      const plan = plannedOf(await planRun(host, project, input))
      const known = recallCost(host, project.id, plan)
      const answer = (cost: RunCost, basis: RunEstimate['basis']) =>
        estimateOf(plan, cost, { basis, cachedRatio: cachedRatioOf(project, plan.recipe, input.datasetId) })
      if (known !== undefined && known.memoryBytes !== null) return answer(known, 'remembered')
      if (isComputing(queue, project)) {
        if (known !== undefined) return answer(known, 'remembered')
        throw busyError(said`A run is computing: how long another one takes can be measured once it has ended.`)
      }
      const measured = turn.then(() => {
        signal.throwIfAborted()
        if (isComputing(queue, project))
          throw busyError(said`A run is computing: how long another one takes can be measured once it has ended.`)
        return measure(project, plan, signal)
      })
      turn = measured.catch(() => undefined)
      return answer(await measured, 'measured')
    },
  }
}

interface Planned extends CostedWork {
  readonly classCount: number
  readonly counts: RunPlan['classes'][number]['counts']
}

/** Weights that are still to be downloaded do not change what an image costs. */
function plannedOf(plan: RunPlan): Planned {
  const recipe = requireRunnable(plan, ['backbone-missing'])
  const sum = (split: 'train' | 'validation' | 'test') =>
    plan.classes.reduce((total, { counts }) => total + counts[split], 0)
  const counts = { train: sum('train'), validation: sum('validation'), test: sum('test') }
  const trainCount = Math.min(counts.train, recipe.limit ?? Infinity)
  return { recipe, classCount: plan.classes.length, counts, trainCount }
}

function estimateOf(
  { recipe, counts }: Planned,
  cost: RunCost,
  { basis, cachedRatio }: { readonly basis: RunEstimate['basis']; readonly cachedRatio: number },
): RunEstimate {
  const { device, deviceName, memoryBytes, microBatchSize } = cost
  const seconds = durationOf(recipe, cost, { counts, cachedRatio })
  return { device, deviceName, seconds, memoryBytes, microBatchSize, basis }
}

const nothingLearnt = { openSeconds: null, headSecondsPerImage: null, epochRestSeconds: null }

/** What runs have told is better than a warm-up. */
function secondsOf(known: RunCost | undefined): Partial<RunCost> {
  if (known === undefined) return {}
  const { trainSecondsPerImage, inferSecondsPerImage, openSeconds, headSecondsPerImage, epochRestSeconds } = known
  return { trainSecondsPerImage, inferSecondsPerImage, openSeconds, headSecondsPerImage, epochRestSeconds }
}

/** In this process, or in another one that has the project open. */
function isComputing(queue: RunQueue, { reader }: OpenProject): boolean {
  return queue.isBusy() || listLiveRuns(reader).some(({ state }) => state !== 'queued')
}

function busyError(what: Said): AppError {
  return new AppError('conflict', what)
}

function sampleImages({ reader }: OpenProject): ImageToSee[] {
  return reader
    .prepare<ImageToSee>(
      `SELECT id AS imageId, path, content_hash AS contentHash FROM image
       WHERE state = 'readable' AND class_id IS NOT NULL ORDER BY content_hash LIMIT ?`,
    )
    .all(sampledCount)
}
