import type { runs } from '../../../shared/contract/runs.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { Run } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { Host } from '../host.ts'
import { removeDiscarded } from '../project/discarded-folders.ts'
import { deleteRun } from './delete-run.ts'
import { createEstimator, type Estimator } from './estimate-run.ts'
import { type BudgetPlan, planBudget } from './plan-budget.ts'
import { planRun } from './plan-run.ts'
import { interruptDeadRuns, interruptIfDead, requireLock } from './run-lock.ts'
import { createRunQueue } from './run-queue.ts'
import type { RunQueue } from './run-queue.ts'
import { annotateRun, getRun, listRuns } from './run-repository.ts'
import { endRun, moveRun, requireTransition } from './run-transitions.ts'
import { requireRunnable } from './require-runnable.ts'
import type { WhatToRun } from './settle-recipe.ts'
import { startRun } from './start-run.ts'
import { watchRun } from './watch-run.ts'

export function createRunsHandlers(context: CoreContext): ServiceHandlers<typeof runs> {
  const { host, projects } = context
  const queue = createRunQueue(host)
  const estimator = createEstimator(host, queue)
  context.onProjectOpen((project) => {
    interruptDeadRuns(project, host.now())
    removeDiscarded(host, project)
  })
  context.onClose(() => queue.close())
  return {
    plan: (input) => planRun(host, projects.get(input.projectId), input),
    estimate: (input, { signal }) => estimator.estimate(projects.get(input.projectId), input, signal),
    budget: (input, { signal }) => budgetOf(host, projects.get(input.projectId), { estimator, input, signal }),
    start: (input) => startRun(host, projects.get(input.projectId), { queue, input }),
    resume: ({ projectId, runId }) => resumeRun(host, projects.get(projectId), { queue, runId }),
    stop: ({ projectId, runId }) => stopRun(host, projects.get(projectId), { queue, runId }),
    watch: ({ projectId, runId, afterSeq }, { signal }) =>
      watchRun(projects.get(projectId), runId, { host, afterSeq, signal }),
    list: ({ projectId }) => listRuns(projects.get(projectId).reader),
    get: ({ projectId, runId }) => getRun(projects.get(projectId).reader, runId),
    annotate: ({ projectId, runId, ...said }) => annotate(projects.get(projectId), runId, said),
    delete: ({ projectId, runId }) => {
      deleteRun(host, projects.get(projectId), runId)
      return {}
    },
  }
}

async function budgetOf(
  host: Host,
  project: OpenProject,
  { estimator, input, signal }: { estimator: Estimator; input: WhatToRun & { minutes: number }; signal: AbortSignal },
): Promise<BudgetPlan> {
  const { minutes, ...what } = input
  const { epochs: _free, ...overrides } = what.overrides
  const recipe = requireRunnable(await planRun(host, project, { ...what, overrides }), ['backbone-missing'])
  if (recipe.epochs === 0) {
    throw new AppError(
      'bad-input',
      said`A run that trains the output layer alone takes what it takes: choose Fine-tune.`,
    )
  }
  return planBudget({
    ...{ seconds: minutes * 60, recipe, overrides },
    estimate: (given) => estimator.estimate(project, { ...what, overrides: given }, signal),
  })
}

async function resumeRun(
  host: Host,
  project: OpenProject,
  { queue, runId }: { readonly queue: RunQueue; readonly runId: RunId },
): Promise<Run> {
  interruptIfDead(project, runId, host.now())
  const run = getRun(project.reader, runId)
  requireTransition(run, 'queued')
  if (run.result?.outcome === 'failed' && !run.result.resumable) {
    throw new AppError('conflict', said`${runId} would fail again: ${run.result.message} Start a new run.`)
  }
  const lock = requireLock(project, runId)
  try {
    transaction(project.writer, (tx) =>
      moveRun(tx, runId, { to: 'queued', atMs: host.now(), endedAtMs: null, result: null }),
    )
  } catch (thrown) {
    lock.release()
    throw thrown
  }
  await queue.add({ project, runId, resume: true, lock })
  return getRun(project.reader, runId)
}

/** The process that works on the run, which may be another one, sees the wish in the catalog. */
function stopRun(
  host: Host,
  project: OpenProject,
  { queue, runId }: { readonly queue: RunQueue; readonly runId: RunId },
): Run {
  const atMs = host.now()
  if (interruptIfDead(project, runId, atMs)) return getRun(project.reader, runId)
  const stopped = transaction(project.writer, (tx) => {
    const run = getRun(tx, runId)
    if (run.state === 'stopping') return run
    if (run.state !== 'queued') return moveRun(tx, runId, { to: 'stopping', atMs })
    return endRun(tx, runId, { result: { outcome: 'stopped', resumable: true }, atMs })
  })
  // Where it waited here, its lock would be held until its turn: it could be neither resumed nor deleted.
  if (stopped.state === 'stopped') queue.drop(project, runId)
  return stopped
}

/** What is not given stays. */
function annotate(
  { writer }: OpenProject,
  runId: RunId,
  { note, isStarred }: { readonly note?: string | undefined; readonly isStarred?: boolean | undefined },
): Run {
  return transaction(writer, (tx) => {
    const run = getRun(tx, runId)
    annotateRun(tx, runId, { note: note ?? run.note, isStarred: isStarred ?? run.isStarred })
    return getRun(tx, runId)
  })
}
