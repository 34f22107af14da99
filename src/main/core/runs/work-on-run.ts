import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { ModelManifest } from '../../../shared/domain/model.ts'
import type { RunPhase, TrainerEvent } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { Host } from '../host.ts'
import { openTrainer } from '../processes/open-process.ts'
import { endingOfFailure, endingOfModel, interrupted, stopped } from './run-endings.ts'
import type { Ending } from './run-endings.ts'
import { createRunLog } from './run-log.ts'
import type { RunLog } from './run-log.ts'
import { getRun, insertModel, updateRun } from './run-repository.ts'
import { endRun, moveRun } from './run-transitions.ts'
import { trainJobOf } from './train-job.ts'

export interface RunWork {
  readonly host: Host
  readonly project: OpenProject
  readonly runId: RunId
  readonly resume: boolean
  /** Aborted when core closes: the run makes a checkpoint and counts as interrupted. */
  readonly closing: AbortSignal
  /** Told once: nothing when the run computes, or the error that kept it from that. */
  readonly onBegun: (failure?: unknown) => void
}

/** How soon the wish to stop is seen, which may come from another process. */
const stopPollMs = 200
/** How long the checkpoint may take when core closes. */
const closeGraceMs = 20_000
/** Between attempts to store how a run ended, as on a full disk. */
const retryMs = 5_000

/** The phases in which a run may still be refused, such as for a backbone that is not there. */
const openingPhases: ReadonlySet<RunPhase> = new Set(['preparing', 'loading-backbone'])

/**
 * Works on a queued run in a trainer process of its own until it has ended, whatever becomes of that process. What is to
 * be known of it is in the catalog then. Never throws.
 */
export async function workOnRun(work: RunWork): Promise<void> {
  const { host, project, runId, closing, onBegun } = work
  const log = createRunLog(host, project, runId)
  let ending: Ending
  try {
    const atMs = host.now()
    transaction(project.writer, (tx) => moveRun(tx, runId, { to: 'running', atMs, startedAtMs: atMs }))
    const manifest = await runTrainer(work, log)
    ending = manifest === null ? (closing.aborted ? interrupted : stopped) : endingOfModel(manifest)
  } catch (thrown) {
    ending = closing.aborted ? interrupted : endingOfFailure(thrown)
    onBegun(thrown)
  }
  onBegun()
  await storeEnding(work, log, ending)
  log.close()
}

/** The model's manifest, or null where the run stopped at a checkpoint. Errors: what the trainer threw, process-died. */
async function runTrainer(work: RunWork, log: RunLog): Promise<ModelManifest | null> {
  const { host, project, runId, closing, onBegun } = work
  const job = trainJobOf(host, project, work)
  const trainer = openTrainer(host)
  // What comes of it is told by the stream of the run.
  const stop = () => void trainer.client.stop({}).catch(() => undefined)
  const wish = setInterval(() => {
    if (getRun(project.reader, runId).state === 'stopping') stop()
  }, stopPollMs)
  const close = () => {
    stop()
    setTimeout(() => void trainer.close(), closeGraceMs).unref()
  }
  closing.addEventListener('abort', close, { once: true })
  try {
    for await (const message of trainer.client.train(job)) {
      if (message.kind === 'ended') return message.manifest
      const { event } = message
      log.add(event)
      if (event.kind === 'device') noteDevice(work, event)
      if (event.kind === 'phase' && !openingPhases.has(event.phase)) onBegun()
    }
    return null
  } finally {
    clearInterval(wish)
    closing.removeEventListener('abort', close)
    await trainer.close()
  }
}

function noteDevice({ project, runId }: RunWork, { chosen }: TrainerEvent & { kind: 'device' }): void {
  transaction(project.writer, (tx) => updateRun(tx, { ...getRun(tx, runId), device: chosen }))
}

/** Tries until it is stored: a full disk must not turn a model that is there into a run that never ended. */
async function storeEnding({ host, project, runId, closing }: RunWork, log: RunLog, ending: Ending): Promise<void> {
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
