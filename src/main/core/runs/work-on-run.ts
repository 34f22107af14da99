import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceId } from '../../../shared/domain/device.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { ModelManifest } from '../../../shared/domain/model.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { learnFromRun } from './learn-from-run.ts'
import { endingOfFailure, endingOfModel, interrupted, stopped } from './run-endings.ts'
import type { Ending } from './run-endings.ts'
import { createRunLog } from './run-log.ts'
import type { RunLog } from './run-log.ts'
import { getRun, insertModel } from './run-repository.ts'
import { runTrainer } from './run-trainer.ts'
import type { RunWork } from './run-trainer.ts'
import { endRun, moveRun } from './run-transitions.ts'
import { afterFailure, noSetbacks } from './setbacks.ts'

/** A trainer that has failed so often will fail again. */
const restartsMax = 3
/** A laptop that sleeps now and then is not a trainer that fails again and again. */
const forgottenAfterMs = 60 * 60_000
/** A run before anything has befallen it. */
type QueuedRun = Omit<RunWork, 'relief'>

/** Between attempts to store how a run ended, as on a full disk. */
const retryMs = 5_000

/**
 * Works on a queued run in a trainer process of its own until it has ended, whatever becomes of that process. What is to
 * be known of it is in the catalog then. Never throws.
 */
export async function workOnRun(work: QueuedRun): Promise<void> {
  const { host, project, runId, closing, onBegun } = work
  const log = createRunLog(host, project, runId)
  let ending: Ending
  try {
    const atMs = host.now()
    transaction(project.writer, (tx) => moveRun(tx, runId, { to: 'running', atMs, startedAtMs: atMs }))
    const manifest = await runTrainers(work, log)
    ending = manifest === null ? (closing.aborted ? interrupted : stopped) : endingOfModel(manifest)
  } catch (thrown) {
    ending = closing.aborted ? interrupted : endingOfFailure(project, runId, thrown)
    onBegun(thrown)
  }
  onBegun()
  await storeEnding(work, log, ending)
  log.close()
  if (ending.result.outcome === 'done') learn(work)
}

/**
 * As `runTrainer`, but a trainer that fails is followed by another one, which goes on from the last checkpoint, where that
 * is of use. Where it fails again and again, or was asked to stop, that is the end of the run. Errors: those of
 * `runTrainer`.
 */
async function runTrainers(work: QueuedRun, log: RunLog): Promise<ModelManifest | null> {
  const { host } = work
  let setbacks = noSetbacks
  let failedAtMs: readonly number[] = []
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await runTrainer({ ...work, resume: work.resume || !isFirst, relief: setbacks.relief }, log)
    } catch (thrown) {
      const nowMs = host.now()
      const restarts = failedAtMs.filter((atMs) => nowMs - atMs < forgottenAfterMs)
      if (restarts.length === 0) setbacks = { ...setbacks, lost: null }
      const failure = toAppError(thrown)
      const next = isWanted(work) ? afterFailure(setbacks, failure, placeOf(work)) : null
      if (next === null) throw thrown
      setbacks = next
      const { code, message, data } = failure
      if (restarts.length === restartsMax) {
        throw new AppError(code, said`${message} That was after ${restartsMax} restarts.`, { data, cause: thrown })
      }
      failedAtMs = [...restarts, nowMs]
      const restart = said`${message} It is restarted, from its last checkpoint if it has one (${failedAtMs.length} of ${restartsMax}).`
      log.add({ kind: 'warning', code: 'restarted', message: restart, paths: [] })
    }
  }
}

/** Nobody wanted it to end. */
function isWanted({ project, runId, closing }: QueuedRun): boolean {
  return !closing.aborted && getRun(project.reader, runId).state === 'running'
}

function placeOf({ project, runId }: QueuedRun): { readonly device: DeviceId | null; readonly isRequested: boolean } {
  const { device, recipe } = getRun(project.reader, runId)
  return { device, isRequested: recipe.device !== null }
}

/** Tries until it is stored: a full disk must not turn a model that is there into a run that never ended. */
async function storeEnding({ host, project, runId, closing }: QueuedRun, log: RunLog, ending: Ending): Promise<void> {
  for (;;) {
    try {
      if (!log.flush()) throw new Error('its last events cannot be stored')
      transaction(project.writer, (tx) => {
        const atMs = host.now()
        if (ending.result.outcome === 'done') insertModel(tx, runId, atMs)
        endRun(tx, runId, { ...ending, atMs })
      })
      // A run that is done is never resumed.
      if (ending.result.outcome === 'done') removeCheckpoint(project, runId)
      return
    } catch (thrown) {
      host.log(
        `${runId} has ended, which cannot be stored: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      )
      // Where core closes, the next one finds the run without a process and calls it interrupted.
      if (closing.aborted) return
      await sleep(retryMs)
    }
  }
}

function removeCheckpoint({ layout }: OpenProject, runId: RunId): void {
  rmSync(join(layout.runFolder(runId), 'checkpoint.safetensors'), { force: true })
}

/** Only for estimates: what keeps it from that is of no concern to the run. */
function learn({ host, project, runId }: QueuedRun): void {
  try {
    learnFromRun(host, project, runId)
  } catch (thrown) {
    host.log(`${runId} tells nothing for estimates: ${toAppError(thrown).message}`)
  }
}
