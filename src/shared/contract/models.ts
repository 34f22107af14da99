import { z } from 'zod'
import { DeviceId } from '../domain/device.ts'
import { ImageId, ModelId, UploadId } from '../domain/ids.ts'
import { Evaluation } from '../domain/metrics.ts'
import { Explanation, ModelManifest, ModelSummary, Prediction } from '../domain/model.ts'
import { ClassName } from '../domain/label.ts'
import { Split } from '../domain/split.ts'
import { call, stream } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'
import { SeeingEvent } from './seeing.ts'

const progress = z.strictObject({
  kind: z.literal('progress'),
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
})

export const EvaluateEvent = z.discriminatedUnion('kind', [
  progress,
  z.strictObject({ kind: z.literal('finished'), evaluation: Evaluation }),
])
export type EvaluateEvent = z.infer<typeof EvaluateEvent>

export const PredictEvent = z.discriminatedUnion('kind', [
  progress,
  z.strictObject({ kind: z.literal('predictions'), predictions: z.array(Prediction) }),
])
export type PredictEvent = z.infer<typeof PredictEvent>

export const SuggestEvent = z.strictObject({
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
})
export type SuggestEvent = z.infer<typeof SuggestEvent>

export const DraftEvent = z.discriminatedUnion('kind', [
  SeeingEvent,
  /** The last one. */
  z.strictObject({
    kind: z.literal('finished'),
    /** Images that it learned from, and for how many of them a fit without them says what their label says. */
    labelled: z.int().nonnegative(),
    agreed: z.int().nonnegative(),
    agreedInterval: z.tuple([z.number(), z.number()]),
    /** Images without a label that it says something of. */
    suggested: z.int().nonnegative(),
    /** Images that could not be read. */
    failedCount: z.int().nonnegative(),
  }),
])
export type DraftEvent = z.infer<typeof DraftEvent>

export const models = {
  /** Newest first. */
  list: call(inProject, z.array(ModelSummary)),
  /** With what it said of each image. */
  get: call(inProject.extend({ modelId: ModelId }), ModelManifest),
  /** Evaluates on the frozen dataset of the model's run. */
  evaluate: stream(
    inProject.extend({ modelId: ModelId, split: Split.default('test'), device: DeviceId.nullable().default(null) }),
    EvaluateEvent,
  ),
  /** Predicts files, and all images below folders; unreadable ones are answered with their error. */
  predict: stream(
    inProject.extend({
      modelId: ModelId,
      paths: z.array(z.string().min(1)).min(1),
      device: DeviceId.nullable().default(null),
    }),
    PredictEvent,
  ),
  /**
   * Predicts the images of the catalog that the model has not predicted yet, the unlabelled ones first, and keeps what
   * it says. Leaving the stream stops it; what is done stays. Errors: conflict where it is under way already.
   */
  suggest: stream(
    inProject.extend({
      modelId: ModelId,
      scope: z.enum(['unlabelled', 'all']).default('all'),
      device: DeviceId.nullable().default(null),
    }),
    SuggestEvent,
  ),
  /**
   * Fits a head to the labels of now and keeps what it says of all images in the place of the draft before; no model
   * comes of it. What has a label is judged by fits that never saw it. Leaving the stream keeps nothing.
   * Errors: not-enough-data, conflict where a model or another draft is under way.
   */
  draft: stream(inProject.extend({ device: DeviceId.nullable().default(null) }), DraftEvent),
  /** The classes of one picture and where the network looked. Errors: not-found, bad-file. */
  explain: call(
    inProject.extend({
      modelId: ModelId,
      picture: z.union([z.strictObject({ imageId: ImageId }), z.strictObject({ uploadId: UploadId })]),
      /** Null: the most likely one. */
      explained: ClassName.nullable().default(null),
    }),
    Explanation,
  ),
}
