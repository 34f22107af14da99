import type { Relief } from '../../../shared/contract/trainer.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { ModelManifest } from '../../../shared/domain/model.ts'
import type { RunPhase, TrainerEvent } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { Host } from '../host.ts'
import { openTrainer } from '../processes/open-process.ts'
import type { RunLog } from './run-log.ts'
import { getRun, updateRun } from './run-repository.ts'
import { createSilenceWatch } from './silence-watch.ts'
import { trainJobOf } from './train-job.ts'
import { said } from '../../../shared/said.ts'

export interface RunWork {
  readonly host: Host
  readonly project: OpenProject
  readonly runId: RunId
  readonly resume: boolean
  readonly relief: Relief
  /** Aborted when core closes: the run makes a checkpoint and counts as interrupted. */
  readonly closing: AbortSignal
  /** Told once: nothing when the run computes, or the error that kept it from that. */
  readonly onBegun: (failure?: unknown) => void
}

/** How soon the wish to stop is seen, which may come from another process. */
const stopPollMs = 200
/** How long the checkpoint may take when core closes. */
const closeGraceMs = 20_000

/** The phases in which a run may still be refused, such as for a backbone that is not there. */
const openingPhases: ReadonlySet<RunPhase> = new Set(['preparing', 'loading-backbone'])

/**
 * Trains in a trainer process of its own. The model's manifest, or null where the run stopped at a checkpoint. One that
 * says nothing for long is told of and left alone, unless it was asked to stop: then it is ended where it stands.
 * Errors: what the trainer threw, process-died.
 */
export async function runTrainer(work: RunWork, log: RunLog): Promise<ModelManifest | null> {
  const { host, project, closing, onBegun } = work
  const job = trainJobOf(host, project, work)
  const trainer = openTrainer(host)
  const silence = createSilenceWatch(host.now())
  let isGivenUp = false
  // What comes of it is told by the stream of the run.
  const stop = () => void trainer.client.stop({}).catch(() => undefined)
  const poll = setInterval(() => {
    const isStopping = wishesToStop(work)
    if (isStopping) stop()
    if (silence.isTooLong(host.now(), { tellAgain: isStopping })) {
      if (isStopping) {
        isGivenUp = true
        void trainer.close()
      } else log.add(silentWarning)
    }
  }, stopPollMs)
  const close = () => {
    stop()
    setTimeout(() => void trainer.close(), closeGraceMs).unref()
  }
  closing.addEventListener('abort', close, { once: true })
  try {
    for await (const message of trainer.client.train(job)) {
      silence.hear(host.now())
      if (message.kind === 'ended') return message.manifest
      const { event } = message
      log.add(event)
      if (event.kind === 'device') noteDevice(work, event)
      if (event.kind === 'phase' && !openingPhases.has(event.phase)) onBegun()
    }
    return null
  } catch (thrown) {
    if (isGivenUp) return null
    throw thrown
  } finally {
    clearInterval(poll)
    closing.removeEventListener('abort', close)
    await trainer.close()
  }
}

/** A disk that fails to answer once is asked again at the next turn. */
function wishesToStop({ host, project, runId }: RunWork): boolean {
  try {
    return getRun(project.reader, runId).state === 'stopping'
  } catch (thrown) {
    host.log(`${runId}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    return false
  }
}

const silentWarning: TrainerEvent = {
  kind: 'warning',
  code: 'trainer-silent',
  message: said`The trainer has not said anything for a while. It may be waiting for a disk or for another program, or it hangs.
      If this goes on, stop the run: it can be resumed, from its last checkpoint if it has one.`,
  paths: [],
}

function noteDevice({ project, runId }: RunWork, { chosen }: TrainerEvent & { kind: 'device' }): void {
  transaction(project.writer, (tx) => updateRun(tx, { ...getRun(tx, runId), device: chosen }))
}
