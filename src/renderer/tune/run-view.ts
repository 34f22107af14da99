import type { DeviceId } from '../../shared/domain/device.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import type {
  EpochMetrics,
  Run,
  RunEvent,
  RunOutcome,
  RunPhase,
  RunState,
  TrainerEvent,
} from '../../shared/domain/run.ts'

export type StepEvent = Extract<TrainerEvent, { kind: 'step' }>
export type WarningEvent = Extract<TrainerEvent, { kind: 'warning' }>

/** The loss of one batch, at the share of an epoch that was done by then. */
export interface BatchLoss {
  readonly epoch: number
  readonly loss: number
}

/** What the events of a run say about it, up to the last one that was read. */
export interface RunView {
  readonly lastSeq: number
  readonly state: RunState | null
  readonly device: DeviceId | null
  /** What a person knows the device by. */
  readonly deviceName: string | null
  readonly phase: RunPhase | null
  /** The latest step of the phase. */
  readonly step: StepEvent | null
  /** The latest step that trained something, which is further back while an epoch is being evaluated. */
  readonly trainingStep: StepEvent | null
  readonly epochs: readonly EpochMetrics[]
  readonly batchLosses: readonly BatchLoss[]
  /** Of the latest pictures of what the network saw; null before the first. */
  readonly seen: { readonly epoch: number; readonly imageCount: number } | null
  /** It waits for this much room on the disk; null while it does not. */
  readonly waitsForBytes: number | null
  readonly warnings: readonly WarningEvent[]
  readonly evaluations: readonly Evaluation[]
  readonly result: RunOutcome | null
  readonly hasCheckpoint: boolean
}

export const emptyRunView: RunView = {
  lastSeq: 0,
  state: null,
  device: null,
  deviceName: null,
  phase: null,
  step: null,
  trainingStep: null,
  epochs: [],
  batchLosses: [],
  seen: null,
  waitsForBytes: null,
  warnings: [],
  evaluations: [],
  result: null,
  hasCheckpoint: false,
}

/** What a run that goes on has still to come to. */
const notBegun = {
  ...{ result: null, phase: null, step: null, trainingStep: null, waitsForBytes: null },
  evaluations: [],
} as const

/** More points than this are thinned: a screen shows no more, and a long run must not fill the memory. */
const batchLossesMax = 600

/** The view after one more event; an event that was read already changes nothing. */
export function addRunEvent(view: RunView, { seq, event }: RunEvent, recipe: Recipe): RunView {
  if (seq <= view.lastSeq) return view
  // Whatever else it does, it waits no longer; being warned or asked to stop is nothing that it does.
  const waitsForBytes = event.kind === 'warning' || event.kind === 'state' ? view.waitsForBytes : null
  return { ...view, lastSeq: seq, waitsForBytes, ...changesOf(view, event, recipe) }
}

function changesOf(view: RunView, event: RunEvent['event'], recipe: Recipe): Partial<RunView> {
  switch (event.kind) {
    case 'state':
      // A run that goes on has not ended any more.
      return event.state === 'queued' ? { ...notBegun, state: event.state } : { state: event.state }
    case 'device':
      return {
        device: event.chosen,
        deviceName: event.reports.find(({ id }) => id === event.chosen)?.name ?? null,
      }
    case 'phase':
      return { phase: event.phase, step: null }
    case 'step':
      return { step: event, ...stepChanges(view, event, recipe) }
    case 'seen':
      return { seen: { epoch: event.epoch, imageCount: event.imageCount } }
    case 'epoch': {
      // Epochs after the checkpoint are run again when a run is resumed.
      const before = view.epochs.filter(({ epoch }) => epoch < event.metrics.epoch)
      return { epochs: [...before, event.metrics] }
    }
    case 'checkpoint':
      return { hasCheckpoint: true }
    case 'paused':
      return { waitsForBytes: event.neededBytes }
    case 'evaluation':
      return {
        evaluations: [...view.evaluations.filter(({ split }) => split !== event.evaluation.split), event.evaluation],
      }
    case 'warning':
      return view.warnings.some(({ message }) => message === event.message)
        ? {}
        : { warnings: [...view.warnings, event] }
    case 'finished':
      return { result: event.result }
    case 'profile':
      return {}
  }
}

function stepChanges(view: RunView, step: StepEvent, recipe: Recipe): Partial<RunView> {
  if (step.phase !== 'fine-tuning' && step.phase !== 'fitting-head') return {}
  if (step.phase === 'fitting-head' || step.loss === null || step.total === 0) return { trainingStep: step }
  const epoch = (step.done / step.total) * recipe.epochs
  const before = view.batchLosses.filter((point) => point.epoch < epoch)
  return { trainingStep: step, batchLosses: thin([...before, { epoch, loss: step.loss }]) }
}

function thin(points: readonly BatchLoss[]): readonly BatchLoss[] {
  return points.length <= batchLossesMax ? points : points.filter((_, index) => index % 2 === 1)
}

/** About what share of a run each phase takes; only the order of size matters. */
function phaseShares({ epochs, fitHeadFirst }: Recipe): readonly (readonly [RunPhase, number])[] {
  const isTrained = epochs > 0
  const all: readonly (readonly [RunPhase, number])[] = [
    ['preparing', 2],
    ['loading-backbone', 3],
    ['caching-features', fitHeadFirst ? (isTrained ? 12 : 65) : 0],
    ['fitting-head', fitHeadFirst ? (isTrained ? 4 : 15) : 0],
    ['fine-tuning', isTrained ? 80 : 0],
    ['evaluating', 9],
    ['saving', 1],
  ]
  return all.filter(([, share]) => share > 0)
}

/** How far a run is, 0 to 1, over all its phases; null before it began. */
export function runRatio(view: RunView, recipe: Recipe): number | null {
  if (view.state === 'done' || view.result?.outcome === 'done') return 1
  if (view.phase === null) return null
  const shares = phaseShares(recipe)
  const index = shares.findIndex(([phase]) => phase === view.phase)
  if (index < 0) return null
  const total = shares.reduce((sum, [, share]) => sum + share, 0)
  const before = shares.slice(0, index).reduce((sum, [, share]) => sum + share, 0)
  const share = shares[index]?.[1] ?? 0
  const step = stepOf(view)
  const within = step === null || step.total === 0 ? 0 : step.done / step.total
  return (before + share * Math.min(1, within)) / total
}

export interface RunPace {
  readonly imagesPerSecond: number | null
  readonly secondsLeft: number | null
}

/** How fast a run is and how long it will take, for wherever that is shown; unknown while it is not at work. */
export function paceOf({ state }: Pick<Run, 'state'>, view: RunView): RunPace {
  const { imagesPerSecond = null, secondsLeft = null } =
    (state === 'running' && view.waitsForBytes === null ? stepOf(view) : null) ?? {}
  return { imagesPerSecond, secondsLeft }
}

/** The step that says how far the phase is: fine-tuning is told by what trains, not by the evaluation between epochs. */
function stepOf(view: RunView): StepEvent | null {
  const step = view.phase === 'fine-tuning' ? view.trainingStep : view.step
  return step?.phase === view.phase ? step : null
}

/** The phases that a run of this recipe goes through, in order. */
export const phasesOf = (recipe: Recipe): readonly RunPhase[] => phaseShares(recipe).map(([phase]) => phase)

/** The evaluation that a run is judged by: the test images, or the validation images where there are no others. */
export function headlineOf(evaluations: readonly Evaluation[]): Evaluation | null {
  return evaluations.find(({ split }) => split === 'test') ?? evaluations[0] ?? null
}
