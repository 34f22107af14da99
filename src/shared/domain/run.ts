import { z } from 'zod'
import { AppErrorCode } from '../errors.ts'
import { DeviceId, DeviceReport } from './device.ts'
import { DatasetId, ModelId, RunId } from './ids.ts'
import { Evaluation } from './metrics.ts'
import { KeptRecipe } from './recipe.ts'
import { wilsonInterval } from '../wilson-interval.ts'

export const RunState = z.enum(['queued', 'running', 'stopping', 'stopped', 'failed', 'interrupted', 'done'])
export type RunState = z.infer<typeof RunState>

/** From each state to those that may follow. A run that is resumed goes back to `queued`. */
export const runTransitions: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['running', 'stopped', 'failed', 'interrupted'],
  running: ['stopping', 'failed', 'interrupted', 'done'],
  stopping: ['stopped', 'failed', 'interrupted', 'done'],
  stopped: ['queued'],
  failed: ['queued'],
  interrupted: ['queued'],
  done: [],
}

export const RunPhase = z.enum([
  'preparing',
  'loading-backbone',
  'caching-features',
  'fitting-head',
  'fine-tuning',
  'evaluating',
  'saving',
])
export type RunPhase = z.infer<typeof RunPhase>

export const EpochMetrics = z.strictObject({
  epoch: z.int().positive(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  validationLoss: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  durationMs: z.number(),
  imagesPerSecond: z.number(),
})
export type EpochMetrics = z.infer<typeof EpochMetrics>

const outcomes = {
  /** Ended by its own account; a model was saved. */
  done: z.strictObject({ outcome: z.literal('done'), modelId: ModelId }),
  stopped: z.strictObject({ outcome: z.literal('stopped'), resumable: z.boolean() }),
  failed: z.strictObject({
    outcome: z.literal('failed'),
    code: AppErrorCode,
    message: z.string(),
    resumable: z.boolean(),
  }),
  interrupted: z.strictObject({ outcome: z.literal('interrupted'), resumable: z.boolean() }),
}
export const RunOutcome = z.discriminatedUnion('outcome', [
  outcomes.done,
  outcomes.stopped,
  outcomes.failed,
  outcomes.interrupted,
])
export type RunOutcome = z.infer<typeof RunOutcome>

/** What the trainer reports while it works. */
const TrainingProfileEvent = z.strictObject({
  kind: z.literal('profile'),
  /** In which the device had no pictures to compute on. */
  waitSeconds: z.number().nonnegative(),
  computeSeconds: z.number().nonnegative(),
  /** The greediest first; none where the device computes on its own. */
  kernels: z.array(z.strictObject({ name: z.string(), runs: z.int().positive(), seconds: z.number().nonnegative() })),
  /** Those that went over large tensors in JavaScript, which no training step should do. */
  plainKernels: z.array(z.strictObject({ name: z.string(), runs: z.int().positive() })),
})
/** Where the time of training went since the run was started or resumed. */
export type TrainingProfileEvent = z.infer<typeof TrainingProfileEvent>

export const TrainerEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('device'), chosen: DeviceId, reports: z.array(DeviceReport) }),
  z.strictObject({ kind: z.literal('phase'), phase: RunPhase }),
  z.strictObject({
    kind: z.literal('step'),
    phase: RunPhase,
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
    /** Mean cross-entropy of the latest batch in nats; null in phases without a loss. */
    loss: z.number().nullable(),
    imagesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** Of the layers below the output layer; null where no step was taken. */
    learningRate: z.number().nullable(),
  }),
  /** What the network sees: pictures of some augmented training images lie beside the run, one strip per epoch. */
  z.strictObject({ kind: z.literal('seen'), epoch: z.int().nonnegative(), imageCount: z.int().positive() }),
  z.strictObject({ kind: z.literal('epoch'), metrics: EpochMetrics }),
  TrainingProfileEvent,
  z.strictObject({ kind: z.literal('checkpoint'), epoch: z.int().nonnegative(), step: z.int().nonnegative() }),
  /** The disk has no room for the checkpoint: the run waits for some, and whatever comes next says that it goes on. */
  z.strictObject({ kind: z.literal('paused'), neededBytes: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('evaluation'), evaluation: Evaluation }),
  z.strictObject({
    kind: z.literal('warning'),
    code: z.enum([
      'images-missing',
      'images-changed',
      'images-unreadable',
      'class-imbalance',
      'micro-batch',
      'resumed',
      /** The trainer failed and another one goes on from the last checkpoint. */
      'restarted',
      /** It goes on with another device than before. */
      'device-changed',
      /** A run that was asked to stop found no room for its checkpoint: it goes on from the one before. */
      'checkpoint-left-out',
      /** The trainer has not said anything for long. */
      'trainer-silent',
    ]),
    message: z.string(),
    paths: z.array(z.string()),
  }),
])
export type TrainerEvent = z.infer<typeof TrainerEvent>

export const RunEvent = z.strictObject({
  /** Rises from event to event; replay starts after a given number. Steps that were thinned out leave gaps. */
  seq: z.int().positive(),
  atMs: z.number(),
  event: z.union([
    TrainerEvent,
    z.strictObject({ kind: z.literal('state'), state: RunState }),
    z.strictObject({ kind: z.literal('finished'), result: RunOutcome }),
  ]),
})
export type RunEvent = z.infer<typeof RunEvent>

export const Run = z.strictObject({
  id: RunId,
  datasetId: DatasetId,
  recipe: KeptRecipe,
  state: RunState,
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  device: DeviceId.nullable(),
  result: RunOutcome.nullable(),
  modelId: ModelId.nullable(),
  /** On the test split, or on validation where there is no test; null until the run is done. */
  accuracy: z.number().nullable(),
  /** On how many images that is; null as well where an earlier version did not keep it. */
  judgedCount: z.int().positive().nullable(),
  note: z.string(),
  isStarred: z.boolean(),
})
export type Run = z.infer<typeof Run>

/** The 95 % interval of a run's accuracy; null where it is not known on how many images that is. */
export function accuracyIntervalOf({ accuracy, judgedCount }: Pick<Run, 'accuracy' | 'judgedCount'>) {
  if (accuracy === null || judgedCount === null) return null
  return wilsonInterval(Math.round(accuracy * judgedCount), judgedCount)
}
