import type { RunId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { forgetPredictions } from '../catalog/predictions.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { modelIdOf, rowOf } from '../database/row-ids.ts'
import { discardFolders, removeDiscarded } from '../project/discarded-folders.ts'
import type { Host } from '../host.ts'
import { interruptIfDead, requireLock } from './run-lock.ts'
import { deleteRunRows, getRun } from './run-repository.ts'

/**
 * Deletes a run with its events, its model and what that has said of images, in one transaction; its files go once that
 * is on disk. What a crash leaves of them goes when the project opens. Errors: not-found, conflict while it is worked on.
 */
export function deleteRun(host: Host, project: OpenProject, runId: RunId): void {
  interruptIfDead(project, runId, host.now())
  requireEnded(project, runId)
  const modelId = modelIdOf(rowOf(runId))
  const lock = requireLock(project, runId)
  try {
    transaction(project.writer, (tx) => {
      // Resumed by another process since it was looked at: that one would not have got the lock.
      getRun(tx, runId)
      forgetPredictions(tx, modelId)
      deleteRunRows(tx, runId)
      discardFolders(tx, project, [project.layout.runFolder(runId), project.layout.modelFolder(modelId)])
    })
  } finally {
    lock.release()
  }
  removeDiscarded(host, project)
}

function requireEnded({ reader }: OpenProject, runId: RunId): void {
  const { state } = getRun(reader, runId)
  if (state !== 'queued' && state !== 'running' && state !== 'stopping') return
  throw new AppError('conflict', said`${runId} is ${state}. Stop it first, then delete it.`, { data: { state } })
}
