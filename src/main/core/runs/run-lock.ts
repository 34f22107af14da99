import { join } from 'node:path'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { OpenProject } from '../core-context.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { transaction } from '../database/handles.ts'
import { holdLock } from '../database/hold-lock.ts'
import type { HeldLock } from '../database/hold-lock.ts'
import { getRun, listLiveRuns } from './run-repository.ts'
import { endRun } from './run-transitions.ts'

/** Whoever works on a run holds its lock, so that everyone else can tell a live run from one that died. */
export function lockRun({ layout }: OpenProject, runId: RunId): HeldLock | null {
  return holdLock(join(layout.runFolder(runId), 'owner.lock'))
}

/**
 * After a crash nothing stays queued, running or stopping: marks such a run as interrupted, unless a process holds its
 * lock. True when it did.
 */
export function interruptIfDead(project: OpenProject, runId: RunId, atMs: number): boolean {
  const lock = lockRun(project, runId)
  if (lock === null) return false
  try {
    return transaction(project.writer, (tx) => {
      const { state } = getRun(tx, runId)
      if (state !== 'queued' && state !== 'running' && state !== 'stopping') return false
      endRun(tx, runId, { result: { outcome: 'interrupted', resumable: true }, atMs })
      return true
    })
  } finally {
    lock.release()
  }
}

export function interruptDeadRuns(project: OpenProject, atMs: number): void {
  for (const { id } of listLiveRuns(project.reader)) interruptIfDead(project, id, atMs)
}

/** Errors: conflict. */
export function requireLock(project: OpenProject, runId: RunId): HeldLock {
  const lock = lockRun(project, runId)
  if (lock !== null) return lock
  throw new AppError('conflict', said`Another Athanor is working on ${runId}.`)
}
