import { z } from 'zod'
import { Architecture, BackboneCard, Preprocessing } from './backbone.ts'
import { DeviceId } from './device.ts'
import { DatasetId, ModelId, RunId, Sha256 } from './ids.ts'
import { ClassName } from './label.ts'
import { Evaluation, EvaluationSummary, FoldEstimate } from './metrics.ts'
import { KeptRecipe } from './recipe.ts'
import { EpochMetrics } from './run.ts'

/** Everything about a model but its weights: an export or a new run needs nothing else. Stored as `model.json`. */
export const ModelManifest = z.strictObject({
  formatVersion: z.literal(1),
  id: ModelId,
  runId: RunId,
  datasetId: DatasetId,
  datasetHash: Sha256,
  createdAtMs: z.number(),
  architecture: Architecture,
  /** In the order of the network's outputs. */
  classes: z.array(ClassName).min(2),
  preprocessing: Preprocessing,
  /** With the precision that it was computed in. */
  recipe: KeptRecipe,
  backbone: BackboneCard.pick({ name: true, sha256: true, source: true, licence: true }).nullable(),
  device: DeviceId,
  /** Of `weights.safetensors` beside the manifest. */
  weightsSha256: Sha256,
  history: z.array(EpochMetrics),
  /** One per split that has images, but training. */
  evaluations: z.array(Evaluation),
  /** Null where none was made: there are test images enough, or too few images, or the output layer was not fitted first. */
  foldEstimate: FoldEstimate.nullable().default(null),
  /** Versions of Athanor and of the libraries that computed. */
  versions: z.record(z.string(), z.string()),
})
export type ModelManifest = z.infer<typeof ModelManifest>

/** A model as one of many: what it said of each image, megabytes with the years, is only asked for where it is shown. */
export const ModelSummary = ModelManifest.extend({ evaluations: z.array(EvaluationSummary) })
export type ModelSummary = z.infer<typeof ModelSummary>

export const Prediction = z.strictObject({
  path: z.string(),
  /** Null where the file could not be read; `error` says why. */
  predicted: ClassName.nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  /** In the order of the model's classes. */
  probabilities: z.array(z.number()).nullable(),
  error: z.string().nullable(),
})
export type Prediction = z.infer<typeof Prediction>

/** What a model makes of one image, and where it looked. */
export const Explanation = z.strictObject({
  /** Most likely first. */
  classes: z.array(z.strictObject({ name: ClassName, probability: z.number().min(0).max(1) })),
  /** The class that the heat map is about. */
  explained: ClassName,
  /**
   * Grad-CAM of the last stage (Selvaraju et al. 2017): rows from the top, each value 0..1. It covers the part of the
   * upright image that the network saw, given as shares of its width and height.
   */
  heatMap: z.strictObject({
    rows: z.array(z.array(z.number().min(0).max(1))),
    left: z.number(),
    top: z.number(),
    width: z.number(),
    height: z.number(),
  }),
  durationMs: z.number(),
})
export type Explanation = z.infer<typeof Explanation>
