import { z } from 'zod'
import { Architecture, BackboneCard, Preprocessing } from './backbone.ts'
import { DeviceId } from './device.ts'
import { DatasetId, ModelId, RunId, Sha256 } from './ids.ts'
import { ClassName } from './label.ts'
import { Evaluation } from './metrics.ts'
import { Recipe } from './recipe.ts'
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
  recipe: Recipe,
  backbone: BackboneCard.pick({ name: true, sha256: true, source: true, licence: true }).nullable(),
  device: DeviceId,
  /** Of `weights.safetensors` beside the manifest. */
  weightsSha256: Sha256,
  history: z.array(EpochMetrics),
  /** One per split that has images, but training. */
  evaluations: z.array(Evaluation),
  /** Versions of Athanor and of the libraries that computed. */
  versions: z.record(z.string(), z.string()),
})
export type ModelManifest = z.infer<typeof ModelManifest>

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
