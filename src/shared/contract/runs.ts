import { z } from 'zod'
import { Architecture, BackboneName } from '../domain/backbone.ts'
import { SplitCounts } from '../domain/dataset.ts'
import { DeviceId } from '../domain/device.ts'
import { DatasetId, RunId } from '../domain/ids.ts'
import { ClassName } from '../domain/label.ts'
import { Preset, Recipe, RecipeOverrides } from '../domain/recipe.ts'
import { Run, RunEvent } from '../domain/run.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

const whatToRun = inProject.extend({
  preset: Preset.default('fine-tune'),
  overrides: RecipeOverrides.default({}),
  datasetId: DatasetId.nullable().default(null),
})

/** Something a person should know before a run; those that block keep it from starting. */
export const PlanFinding = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('too-few-classes'), blocks: z.literal(true), classCount: z.int().nonnegative() }),
  z.strictObject({
    code: z.literal('too-few-images'),
    blocks: z.literal(true),
    className: ClassName,
    imageCount: z.int().nonnegative(),
    imageCountMin: z.int().positive(),
  }),
  /** Folders put all images of a class into validation and test: nothing is left to learn from. */
  z.strictObject({ code: z.literal('no-training-images'), blocks: z.literal(true), className: ClassName }),
  /** Works, but poorly. */
  z.strictObject({
    code: z.literal('few-images'),
    blocks: z.literal(false),
    className: ClassName,
    imageCount: z.int().nonnegative(),
    imageCountAdvised: z.int().positive(),
  }),
  z.strictObject({
    code: z.literal('imbalance'),
    blocks: z.literal(false),
    smallest: ClassName,
    largest: ClassName,
    ratio: z.number().positive(),
    /** The recipe lets rare classes count more. */
    isWeighted: z.boolean(),
  }),
  z.strictObject({
    code: z.literal('backbone-missing'),
    blocks: z.literal(true),
    backbone: BackboneName,
    architecture: Architecture,
    /** Null where it is not among those that can be downloaded. */
    downloadBytes: z.int().positive().nullable(),
  }),
  /** Nobody named a backbone, and the best one is not installed: the run starts from the one that comes with Athanor. */
  z.strictObject({
    code: z.literal('backbone-shipped'),
    blocks: z.literal(false),
    backbone: BackboneName,
    better: BackboneName,
    downloadBytes: z.int().positive().nullable(),
  }),
  z.strictObject({ code: z.literal('leaks'), blocks: z.literal(false), pairCount: z.int().positive() }),
  z.strictObject({ code: z.literal('no-test-images'), blocks: z.literal(false) }),
  z.strictObject({ code: z.literal('bad-recipe'), blocks: z.literal(true), message: z.string() }),
])
export type PlanFinding = z.infer<typeof PlanFinding>

/** What a run would do if it were started now; nothing is frozen or computed for it. */
export const RunPlan = z.strictObject({
  /** Null where the settings do not go together: a finding says how. */
  recipe: Recipe.nullable(),
  classes: z.array(z.strictObject({ name: ClassName, counts: SplitCounts })),
  findings: z.array(PlanFinding),
})
export type RunPlan = z.infer<typeof RunPlan>

export const RunEstimate = z.strictObject({
  device: DeviceId,
  /** What a person knows the device by. */
  deviceName: z.string(),
  seconds: z.number().nonnegative(),
  /** Null, as the next one, where only an earlier run tells how long it takes. */
  memoryBytes: z.int().nonnegative().nullable(),
  microBatchSize: z.int().positive().nullable(),
  /** From a warm-up on this machine now, or from a warm-up or run of the same shape before. */
  basis: z.enum(['measured', 'remembered']),
})
export type RunEstimate = z.infer<typeof RunEstimate>

export const runs = {
  /** What `start` would do with the same input. Answers at once. */
  plan: call(whatToRun, RunPlan),
  /**
   * How long and how much memory it would take: a short warm-up on the device, remembered for the next time. Errors:
   * no-device, not-enough-data, bad-input; conflict while a run computes and nothing of this shape is remembered.
   */
  estimate: call(whatToRun, RunEstimate),
  /**
   * What to change of the preset, beside what the person changed, so that a run takes about so long and makes the most of
   * it: passes, depth, size of the pictures. Errors: those of `estimate`; bad-input for Quick, which has nothing to choose.
   */
  budget: call(
    whatToRun.extend({ minutes: z.number().min(0.1).max(100_000) }),
    z.strictObject({ overrides: RecipeOverrides, estimate: RunEstimate }),
  ),
  /**
   * Starts a run, which outlives the caller. Without a dataset the labels of now are frozen first. Errors: what a
   * finding of `plan` that blocks says (bad-input, not-enough-data, not-found for the backbone), with the findings.
   */
  start: call(whatToRun, Run),
  /** Goes on from the last checkpoint. Errors: conflict, resume-mismatch with the differences listed. */
  resume: call(inProject.extend({ runId: RunId }), Run),
  /** Asks a run to stop; it makes a checkpoint first and can be resumed. Returns as soon as it was told. */
  stop: call(inProject.extend({ runId: RunId }), Run),
  /** Replays the events after `afterSeq`, then follows; ends when the run has ended. Leaving it stops nothing. */
  watch: stream(inProject.extend({ runId: RunId, afterSeq: z.int().nonnegative().default(0) }), RunEvent),
  /** Newest first. */
  list: call(inProject, z.array(Run)),
  get: call(inProject.extend({ runId: RunId }), Run),
  /** Sets what a person says about a run; what is not given stays. */
  annotate: call(
    inProject.extend({ runId: RunId, note: z.string().max(2_000).optional(), isStarred: z.boolean().optional() }),
    Run,
  ),
  /** Deletes a run with its checkpoints, its model and the predictions of it; exports stay. Errors: conflict while it runs. */
  delete: call(inProject.extend({ runId: RunId }), nothing),
}
