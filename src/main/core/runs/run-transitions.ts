import { runTransitions } from '../../../shared/domain/run.ts'
import type { Run, RunOutcome, RunState } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import type { WritableDb } from '../database/handles.ts'
import { appendEvents } from './run-events.ts'
import { getRun, updateRun } from './run-repository.ts'

const advice: Readonly<Record<RunState, Said>> = {
  queued: said`It waits for its turn.`,
  running: said`It is running.`,
  stopping: said`It is being stopped.`,
  stopped: said`It was stopped; it can be resumed.`,
  failed: said`It failed; it can be resumed.`,
  interrupted: said`It was interrupted; it can be resumed.`,
  done: said`It is done; start a new run.`,
}

/** Everything but its state that changes with it. */
export type RunChange = Partial<
  Pick<Run, 'startedAtMs' | 'endedAtMs' | 'device' | 'result' | 'modelId' | 'accuracy' | 'judgedCount'>
>

/** Errors: conflict, saying what state the run is in. */
export function requireTransition(run: Run, to: RunState): void {
  if (runTransitions[run.state].includes(to)) return
  throw new AppError('conflict', said`${run.id} cannot become ${to}. ${advice[run.state]}`, {
    data: { state: run.state, to },
  })
}

/** Moves a run to another state and notes that among its events. Errors: conflict where the table does not allow it. */
export function moveRun(
  tx: WritableDb,
  runId: Run['id'],
  { to, atMs, ...change }: { readonly to: RunState; readonly atMs: number } & RunChange,
): Run {
  const run = getRun(tx, runId)
  requireTransition(run, to)
  const moved: Run = { ...run, ...change, state: to }
  updateRun(tx, moved)
  appendEvents(tx, runId, [{ atMs, event: { kind: 'state', state: to } }])
  return moved
}

/** Moves a run to the state of its outcome, as its last event. */
export function endRun(
  tx: WritableDb,
  runId: Run['id'],
  { result, atMs, ...change }: { readonly result: RunOutcome; readonly atMs: number } & RunChange,
): Run {
  const moved = moveRun(tx, runId, { ...change, to: result.outcome, atMs, endedAtMs: atMs, result })
  appendEvents(tx, runId, [{ atMs, event: { kind: 'finished', result } }])
  return moved
}
