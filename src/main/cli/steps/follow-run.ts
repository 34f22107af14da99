import type { DeviceReport } from '../../../shared/domain/device.ts'
import type { Evaluation } from '../../../shared/domain/metrics.ts'
import type {
  EpochMetrics,
  Run,
  RunEvent,
  RunOutcome,
  RunPhase,
  TrainingProfileEvent,
} from '../../../shared/domain/run.ts'
import type { Context } from '../context.ts'
import type { Workplace } from '../open-project.ts'
import { createProgress, type Progress } from '../output/progress.ts'
import { formatBytes, formatPercent, formatRate } from '../output/quantities.ts'

/** What the events of a run added up to. */
export interface RunRecord {
  readonly outcome: RunOutcome | null
  readonly epochs: readonly EpochMetrics[]
  readonly evaluations: readonly Evaluation[]
  readonly warnings: readonly string[]
  /** Null where the run did not train to its end. */
  readonly profile: TrainingProfileEvent | null
}

export const phaseNames: Readonly<Record<RunPhase, string>> = {
  preparing: 'Preparing',
  'loading-backbone': 'Loading the backbone',
  'caching-features': 'Reading what the backbone sees in each image',
  'fitting-head': 'Fitting the output layer',
  'fine-tuning': 'Training',
  evaluating: 'Evaluating',
  saving: 'Saving',
}

/**
 * Follows a run to its end. The first request to end the command asks the run for a checkpoint and waits for it; the
 * run then ends as `stopped`.
 */
export async function followRun(
  context: Context,
  { core, project }: Workplace,
  run: Run,
  before: RunHistory = startOfRun(),
): Promise<RunRecord> {
  const { terminal, interruption } = context
  const progress = createProgress(terminal, context.now)
  const { record, lastSeq } = before
  const call = { projectId: project.id, runId: run.id }
  const stopAsking = interruption.answerWith(() => {
    progress.end()
    if (interruption.cause !== 'SIGPIPE') {
      terminal.note('Stopping: the run makes a checkpoint first. Once more ends it at once, without.')
    }
    // A run that has just ended has nothing to stop any more; its last events say how it ended.
    core.runs.stop(call).catch(() => undefined)
  })
  try {
    for await (const { event } of core.runs.watch({ ...call, afterSeq: lastSeq })) {
      record.add(event)
      showEvent(context, progress, event)
    }
  } finally {
    stopAsking()
    progress.end()
  }
  return record.result()
}

/** Adds up events as they come. */
export interface RunRecorder {
  add(event: RunEvent['event']): void
  result(): RunRecord
}

/** What a run has said up to an event. */
export interface RunHistory {
  readonly record: RunRecorder
  readonly lastSeq: number
}

function startOfRun(): RunHistory {
  return { record: createRunRecord(), lastSeq: 0 }
}

/** What a run that is not going on has said so far. */
export async function readHistory({ core, project }: Workplace, runId: Run['id']): Promise<RunHistory> {
  const record = createRunRecord()
  let lastSeq = 0
  for await (const { seq, event } of core.runs.watch({ projectId: project.id, runId })) {
    record.add(event)
    lastSeq = seq
  }
  return { record, lastSeq }
}

export function createRunRecord(): RunRecorder {
  let outcome: RunOutcome | null = null
  let epochs: EpochMetrics[] = []
  const evaluations: Evaluation[] = []
  const warnings: string[] = []
  let profile: TrainingProfileEvent | null = null
  return {
    add: (event) => {
      if (event.kind === 'finished') outcome = event.result
      // A resumed run computes the epochs after its checkpoint again.
      else if (event.kind === 'epoch') {
        epochs = [...epochs.filter(({ epoch }) => epoch < event.metrics.epoch), event.metrics]
      } else if (event.kind === 'evaluation') evaluations.push(event.evaluation)
      else if (event.kind === 'profile') profile = event
      else if (event.kind === 'warning') warnings.push(event.message)
    },
    result: () => ({ outcome, epochs, evaluations, warnings, profile }),
  }
}

function showEvent({ terminal }: Context, progress: Progress, event: RunEvent['event']): void {
  switch (event.kind) {
    case 'device':
      return terminal.note(`Computing on ${nameOf(event.reports, event.chosen)}.`)
    case 'phase':
      progress.end()
      return terminal.note(`${phaseNames[event.phase]}…`)
    case 'step': {
      const { phase, done, total, imagesPerSecond, secondsLeft, loss } = event
      const detail = loss === null ? '' : `loss ${loss.toFixed(3)}`
      const state = { what: phaseNames[phase], done, total, unit: 'images', secondsLeft, detail }
      return progress.update({ ...state, perSecond: imagesPerSecond })
    }
    case 'epoch':
      return terminal.note(describeEpoch(event.metrics))
    case 'warning':
      return terminal.note(`Note: ${event.message}${listPaths(event.paths)}`)
    case 'paused':
      progress.end()
      return terminal.note(
        `Paused: the disk is full, and the checkpoint needs about ${formatBytes(event.neededBytes)}. ` +
          'Free some space: the run then goes on by itself.',
      )
    case 'evaluation':
    case 'checkpoint':
    case 'seen':
    case 'profile':
    case 'state':
    case 'finished':
      return
  }
}

function nameOf(reports: readonly DeviceReport[], chosen: string): string {
  const name = reports.find(({ id }) => id === chosen)?.name
  return name === undefined ? chosen : `${chosen} (${name})`
}

/** "Epoch 2: loss 0.412, 88.1 % right; validation loss 0.398, 90.0 % right (12 images/s)". */
export function describeEpoch(metrics: EpochMetrics): string {
  const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond } = metrics
  const validation =
    validationLoss === null
      ? ''
      : `; validation loss ${validationLoss.toFixed(3)}, ${formatPercent(validationAccuracy)} right`
  const training = `loss ${trainLoss.toFixed(3)}, ${formatPercent(trainAccuracy)} right`
  return `Epoch ${String(epoch)}: ${training}${validation} (${formatRate(imagesPerSecond)} images/s)`
}

function listPaths(paths: readonly string[]): string {
  if (paths.length === 0) return ''
  const shown = paths.slice(0, 5).join(', ')
  return paths.length > 5 ? ` (${shown} and ${String(paths.length - 5)} more)` : ` (${shown})`
}
