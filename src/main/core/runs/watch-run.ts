import type { RunId } from '../../../shared/domain/ids.ts'
import type { RunEvent } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import type { Host } from '../host.ts'
import { interruptIfDead } from './run-lock.ts'
import { readEvents } from './run-events.ts'
import { getRun } from './run-repository.ts'

/** How soon the events of a run that another process works on are seen. */
const pollMs = 250
/** How often a run that says nothing is looked at for whether its process still lives. */
const aliveCheckMs = 2_000
const pageSize = 500

export interface WatchOptions {
  readonly host: Host
  readonly afterSeq: number
  readonly signal: AbortSignal
}

/**
 * Replays the stored events after a number and follows until the run has ended. The events are read from the catalog
 * whoever works on the run, so a run of another process is followed just as well. A resumed run has a `finished` event
 * for each time that it ended: the stream's end is the end.
 */
export async function* watchRun(
  project: OpenProject,
  runId: RunId,
  { host, afterSeq, signal }: WatchOptions,
): AsyncGenerator<RunEvent, void> {
  let seen = afterSeq
  let silentSinceMs = host.now()
  for (;;) {
    signal.throwIfAborted()
    // The state first: what it has ended with is then among the events.
    const { endedAtMs, state } = getRun(project.reader, runId)
    const isLive = state === 'queued' || state === 'running' || state === 'stopping'
    const events = readEvents(project.reader, runId, { afterSeq: seen, limit: pageSize })
    for (const event of events) {
      seen = event.seq
      yield event
    }
    if (events.length > 0) {
      silentSinceMs = host.now()
      continue
    }
    if (!isLive && endedAtMs !== null) return
    if (host.now() - silentSinceMs >= aliveCheckMs) {
      silentSinceMs = host.now()
      if (interruptIfDead(project, runId, host.now())) continue
    }
    await pause(pollMs, signal)
  }
}

/** Ends early, without an error, when the signal aborts. */
function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, durationMs)
    signal.addEventListener('abort', end, { once: true })
  })
}
