import { z } from 'zod'
import { BackboneCard, BackboneName } from '../domain/backbone.ts'
import { DatasetEntry } from '../domain/dataset.ts'
import { DeviceId, DeviceReport } from '../domain/device.ts'
import { ExportFormat } from '../domain/export.ts'
import { DatasetId, ModelId, RunId, Sha256 } from '../domain/ids.ts'
import { ClassName } from '../domain/label.ts'
import { Explanation, ModelManifest } from '../domain/model.ts'
import { Recipe } from '../domain/recipe.ts'
import { TrainerEvent } from '../domain/run.ts'
import { Split } from '../domain/split.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'
import { ExportEvent } from './exports.ts'
import { EvaluateEvent, PredictEvent } from './models.ts'

const DatasetForTraining = z.strictObject({
  id: DatasetId,
  hash: Sha256,
  classes: z.array(ClassName).min(2),
  entries: z.array(DatasetEntry),
})

/** All that a run needs; paths are absolute. */
export const TrainJob = z.strictObject({
  runId: RunId,
  modelId: ModelId,
  recipe: Recipe,
  imageFolder: z.string(),
  /** Where checkpoints go. */
  runFolder: z.string(),
  /** Where `model.json` and `weights.safetensors` appear when the run is done. */
  modelFolder: z.string(),
  storeFolder: z.string(),
  /** Where features are cached over runs. */
  featuresFolder: z.string(),
  /** Of Athanor and its libraries, for the manifest; a checkpoint is only resumed by the same ones. */
  versions: z.record(z.string(), z.string()),
  dataset: DatasetForTraining,
  /** Go on from the checkpoint in `runFolder`. */
  resume: z.boolean(),
})
export type TrainJob = z.infer<typeof TrainJob>

export const TrainEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), event: TrainerEvent }),
  /** The last one: the model is on disk, or the run stopped at a checkpoint because it was asked to. */
  z.strictObject({ kind: z.literal('ended'), manifest: ModelManifest.nullable() }),
])
export type TrainEvent = z.infer<typeof TrainEvent>

/** What one image costs on a device, by what is done with it. */
export const StepMeasurement = z.strictObject({
  device: DeviceId,
  deviceName: z.string(),
  microBatchSize: z.int().positive(),
  /** Forward, loss, backward and update; null where the recipe trains nothing but the output layer. */
  trainSecondsPerImage: z.number().positive().nullable(),
  /** Reading a picture and one forward pass. */
  inferSecondsPerImage: z.number().positive(),
  memoryBytes: z.int().nonnegative(),
})
export type StepMeasurement = z.infer<typeof StepMeasurement>

const withModel = z.strictObject({
  /** Holds `model.json` and `weights.safetensors`. */
  modelFolder: z.string(),
  device: DeviceId.nullable(),
})

/** What a trainer process offers to core. One process serves one job at a time. */
export const trainer = {
  devices: call(nothing, z.array(DeviceReport)),
  train: stream(TrainJob, TrainEvent),
  /** Asks the job of `train` to make a checkpoint and end. */
  stop: call(nothing, nothing),
  evaluate: stream(
    withModel.extend({ imageFolder: z.string(), split: Split, entries: z.array(DatasetEntry) }),
    EvaluateEvent,
  ),
  explain: call(withModel.extend({ file: z.string(), explained: ClassName.nullable() }), Explanation),
  /** A short warm-up with the recipe's shapes on random pixels. */
  measure: call(z.strictObject({ recipe: Recipe, classCount: z.int().min(2) }), StepMeasurement),
  predict: stream(withModel.extend({ files: z.array(z.string()) }), PredictEvent),
  export: stream(
    withModel.extend({
      modelId: ModelId,
      formats: z.array(ExportFormat).min(1),
      destination: z.string(),
      overwrite: z.boolean(),
      imageFolder: z.string(),
      /** The whole dataset: to draw the images from that are compared, and to count for the model card. */
      entries: z.array(DatasetEntry),
      verifyCount: z.int().positive(),
    }),
    ExportEvent,
  ),
  /** Reads foreign weights by restricted means and writes them as safetensors with a card into the store. */
  addBackbone: call(
    z.strictObject({
      file: z.string(),
      storeFolder: z.string(),
      name: BackboneName,
      source: z.string(),
      licence: z.string(),
      overwrite: z.boolean(),
    }),
    BackboneCard,
  ),
}
