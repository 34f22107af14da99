import type { RunId } from '../../../shared/domain/ids.ts'
import type { TrainerEvent } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { Host } from '../host.ts'
import { appendEvents, thinSteps } from './run-events.ts'

/** Stores what a trainer reports; whoever watches the run reads it from there. */
export interface RunLog {
  add(event: TrainerEvent): void
  /** Stores what is waiting; false where that failed, and it goes on waiting. */
  flush(): boolean
  /** No more timers; what is still waiting stays for `flush`. */
  close(): void
}

/** Every transaction waits for the disk, so steps are stored together, the latest of them only. */
const stepIntervalMs = 400
const stepsBetweenThinning = 500

export function createRunLog(host: Host, project: OpenProject, runId: RunId): RunLog {
  let waiting: { readonly atMs: number; readonly event: TrainerEvent }[] = []
  let timer: NodeJS.Timeout | null = null
  let stepsSinceThinning = 0
  let isPaused = false

  function flush(): boolean {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length === 0) return true
    try {
      const isThinning = stepsSinceThinning >= stepsBetweenThinning
      transaction(project.writer, (tx) => {
        appendEvents(tx, runId, waiting)
        if (isThinning) thinSteps(tx, runId)
      })
      stepsSinceThinning = isThinning
        ? 0
        : stepsSinceThinning + waiting.filter(({ event }) => event.kind === 'step').length
    } catch (thrown) {
      // A full disk must not end hours of training: the events wait until there is space.
      host.log(`${runId}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      schedule()
      return false
    }
    waiting = []
    return true
  }

  function schedule(): void {
    timer ??= setTimeout(flush, stepIntervalMs)
  }

  return {
    add(event) {
      // That it still waits is for whoever listens for signs of life.
      const isNews = event.kind !== 'paused' || !isPaused
      isPaused = event.kind === 'paused' || (isPaused && event.kind === 'warning')
      if (!isNews) return
      const isStep = event.kind === 'step'
      const last = waiting.at(-1)
      if (isStep && last?.event.kind === 'step') waiting.pop()
      waiting.push({ atMs: host.now(), event })
      if (isStep) schedule()
      else flush()
    },
    flush,
    close() {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
