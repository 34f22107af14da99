import type { RunId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import type { HeldLock } from '../database/hold-lock.ts'
import type { Host } from '../host.ts'
import { getRun } from './run-repository.ts'
import { workOnRun } from './work-on-run.ts'

export interface QueuedRun {
  readonly project: OpenProject
  readonly runId: RunId
  readonly resume: boolean
  /** Held from before the run was queued until it has ended. */
  readonly lock: HeldLock
}

/** The runs that this process works on, one after the other: two at once would only take each other's memory. */
export interface RunQueue {
  /**
   * Resolves when the run computes, or at once where others come first; rejects with what kept it from starting, such
   * as resume-mismatch. Either way its end is in the catalog, not here.
   */
  add(run: QueuedRun): Promise<void>
  /** Gives up a run that still waits for its turn, and lets go of it. Nothing where it does not wait here. */
  drop(project: OpenProject, runId: RunId): void
  isBusy(): boolean
  /** Aborts when the next run is added. */
  readonly begins: AbortSignal
  /** Ends the current run at a checkpoint; the others stay queued in the catalog and are interrupted there. */
  close(): Promise<void>
}

export function createRunQueue(host: Host): RunQueue {
  const closing = new AbortController()
  let begins = new AbortController()
  let length = 0
  const waiting = new Set<QueuedRun>()
  let last: Promise<void> = Promise.resolve()

  async function work(run: QueuedRun, onBegun: (failure?: unknown) => void): Promise<void> {
    // It was dropped.
    if (!waiting.delete(run)) return
    const { project, runId, lock } = run
    try {
      // It may have been stopped by another process while it waited.
      const isQueued = getRun(project.reader, runId).state === 'queued'
      if (isQueued && !closing.signal.aborted) await workOnRun({ host, ...run, closing: closing.signal, onBegun })
    } catch (thrown) {
      host.log(`${runId}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    } finally {
      lock.release()
      length -= 1
    }
  }

  return {
    add(run) {
      begins.abort(new AppError('cancelled', said`A run begins.`))
      begins = new AbortController()
      const begun = Promise.withResolvers<void>()
      const isFirst = length === 0
      length += 1
      waiting.add(run)
      last = last.then(() => work(run, (failure) => (failure === undefined ? begun.resolve() : begun.reject(failure))))
      void last.then(() => begun.resolve())
      if (isFirst) return begun.promise
      begun.promise.catch(() => undefined)
      return Promise.resolve()
    },
    drop(project, runId) {
      for (const run of waiting) {
        if (run.project.id !== project.id || run.runId !== runId) continue
        waiting.delete(run)
        run.lock.release()
        length -= 1
      }
    },
    isBusy: () => length > 0,
    get begins() {
      return begins.signal
    },
    async close() {
      closing.abort()
      await last
    },
  }
}
