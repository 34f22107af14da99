import { z } from 'zod'
import { FoldEstimate } from '../../shared/domain/metrics.ts'
import { EpochMetrics } from '../../shared/domain/run.ts'

/** How far a run has come: all that its epoch loop remembers beside numbers on the device. */
export const FitState = z.strictObject({
  headFitted: z.boolean(),
  foldEstimate: FoldEstimate.nullable().default(null),
  /** Complete ones. */
  epochs: z.int().nonnegative(),
  /** Updates of the epoch that is under way. */
  steps: z.int().nonnegative(),
  /** Sums over the images of the epoch that is under way. */
  running: z.strictObject({
    loss: z.number(),
    correctCount: z.int().nonnegative(),
    imageCount: z.int().nonnegative(),
    durationMs: z.number().nonnegative(),
  }),
  history: z.array(EpochMetrics),
  /** The epoch with the least validation loss. */
  best: z.strictObject({ epoch: z.int().positive(), validationLoss: z.number() }).nullable(),
})
export type FitState = z.infer<typeof FitState>

export const nothingRunning: FitState['running'] = { loss: 0, correctCount: 0, imageCount: 0, durationMs: 0 }

export const startState: FitState = {
  headFitted: false,
  foldEstimate: null,
  epochs: 0,
  steps: 0,
  running: nothingRunning,
  history: [],
  best: null,
}

/** True when all epochs are done, or none has been better for as many as the recipe waits. */
export function isFitted(
  state: FitState,
  { epochs, earlyStopPatience }: { readonly epochs: number; readonly earlyStopPatience: number | null },
): boolean {
  if (state.epochs >= epochs) return true
  return earlyStopPatience !== null && state.best !== null && state.epochs - state.best.epoch >= earlyStopPatience
}

/** The state after an epoch has ended with these figures. */
export function endEpoch(state: FitState, metrics: EpochMetrics): FitState {
  const { validationLoss } = metrics
  const isBest = validationLoss !== null && (state.best === null || validationLoss < state.best.validationLoss)
  return {
    ...state,
    epochs: metrics.epoch,
    steps: 0,
    running: nothingRunning,
    history: [...state.history, metrics],
    best: isBest ? { epoch: metrics.epoch, validationLoss } : state.best,
  }
}
