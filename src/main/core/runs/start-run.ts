import type { RunId } from '../../../shared/domain/ids.ts'
import type { Run } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { HeldLock } from '../database/hold-lock.ts'
import { freezeDataset } from '../datasets/freeze-dataset.ts'
import type { Host } from '../host.ts'
import { planRun } from './plan-run.ts'
import { freezeOptionsOfRuns } from './preview-dataset.ts'
import { requireRunnable } from './require-runnable.ts'
import { requireLock } from './run-lock.ts'
import type { RunQueue } from './run-queue.ts'
import { getRun, insertRun } from './run-repository.ts'
import type { NewRun } from './run-repository.ts'
import type { WhatToRun } from './settle-recipe.ts'

export interface StartOptions {
  readonly queue: RunQueue
  readonly input: WhatToRun
}

/**
 * Freezes the labels of now where no dataset is given, and queues a run. Errors: what a finding of its plan that blocks
 * says (bad-input, not-found, not-enough-data).
 */
export async function startRun(host: Host, project: OpenProject, { queue, input }: StartOptions): Promise<Run> {
  const recipe = requireRunnable(await planRun(host, project, input))
  const datasetId = input.datasetId ?? freezeDataset(project.writer, freezeOptionsOfRuns, host.now()).id
  const { runId, lock } = insertLocked(host, project, { datasetId, recipe })
  // How it fares is told by its events.
  queue.add({ project, runId, resume: false, lock }).catch(() => undefined)
  return getRun(project.reader, runId)
}

/** A new run whose lock is held before others can see it: to them a queued run without a lock is a dead one. */
function insertLocked(
  host: Host,
  project: OpenProject,
  run: Omit<NewRun, 'createdAtMs'>,
): { readonly runId: RunId; readonly lock: HeldLock } {
  let lock: HeldLock | undefined
  try {
    return transaction(project.writer, (tx) => {
      const runId = insertRun(tx, { ...run, createdAtMs: host.now() })
      lock = requireLock(project, runId)
      return { runId, lock }
    })
  } catch (thrown) {
    lock?.release()
    throw thrown
  }
}
