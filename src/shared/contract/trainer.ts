import { z } from 'zod'
import { BackboneCard, BackboneName } from '../domain/backbone.ts'
import { DatasetEntry } from '../domain/dataset.ts'
import { DeviceId, DeviceReport } from '../domain/device.ts'
import { ExportFormat } from '../domain/export.ts'
import { DatasetId, ImageId, ModelId, RunId, Sha256 } from '../domain/ids.ts'
import { ClassName } from '../domain/label.ts'
import { Explanation, ModelManifest } from '../domain/model.ts'
import { Recipe } from '../domain/recipe.ts'
import { TrainerEvent } from '../domain/run.ts'
import { Split } from '../domain/split.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'
import { ExportEvent } from './exports.ts'
import { EvaluateEvent, PredictEvent } from './models.ts'
import { LearningEvent } from './learning.ts'
import { SeeingEvent } from './seeing.ts'

const DatasetForTraining = z.strictObject({
  id: DatasetId,
  hash: Sha256,
  classes: z.array(ClassName).min(2),
  entries: z.array(DatasetEntry),
})

/** What a run does without since something failed under it. */
export const Relief = z.strictObject({
  /** Devices that were lost again and again, or are gone. */
  avoidedDevices: z.array(DeviceId),
  /** More images at once did not fit. */
  microBatchSizeMax: z.int().positive().nullable(),
  /** Whether the device may keep pictures beside what it computes with. */
  keepsPictures: z.boolean(),
})
export type Relief = z.infer<typeof Relief>
export const noRelief: Relief = { avoidedDevices: [], microBatchSizeMax: null, keepsPictures: true }

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
  /** Holds the weights and the card of the recipe's backbone. */
  backboneFolder: z.string(),
  /** Where features are cached over runs. */
  featuresFolder: z.string(),
  /** Of Athanor and its libraries, for the manifest; a checkpoint is only resumed by the same ones. */
  versions: z.record(z.string(), z.string()),
  dataset: DatasetForTraining,
  /** Of each entry, where its images are to be told by folds: copies have the same number. Null: they are not. */
  foldGroups: z.array(z.int()).nullable().default(null),
  /** Go on from the checkpoint in `runFolder`. */
  resume: z.boolean(),
  /** What a resumed run computed on last; null: what the recipe says. */
  lastDevice: DeviceId.nullable().default(null),
  relief: Relief.default(noRelief),
})
export type TrainJob = z.infer<typeof TrainJob>

export const TrainEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), event: TrainerEvent }),
  /** The last one: the model is on disk, or the run stopped at a checkpoint because it was asked to. */
  z.strictObject({ kind: z.literal('ended'), manifest: ModelManifest.nullable() }),
])
export type TrainEvent = z.infer<typeof TrainEvent>

/** What one image costs on a device, by what is done with it; reading it is included. */
export const StepMeasurement = z.strictObject({
  device: DeviceId,
  deviceName: z.string(),
  microBatchSize: z.int().positive(),
  /** Forward, loss, backward and update; null where the recipe trains nothing but the output layer. */
  trainSecondsPerImage: z.number().positive().nullable(),
  /** One forward pass. */
  inferSecondsPerImage: z.number().positive(),
  /** The most that the process held. */
  memoryBytes: z.int().nonnegative(),
})
export type StepMeasurement = z.infer<typeof StepMeasurement>

/** An image of the catalog as it was when it was looked at. */
export const ImageToSee = z.strictObject({ imageId: ImageId, path: z.string(), contentHash: Sha256 })
export type ImageToSee = z.infer<typeof ImageToSee>

/** What a fit says of an image. */
const Predicted = z.strictObject({
  imageId: ImageId,
  contentHash: Sha256,
  /** In the order of the classes. */
  probabilities: z.instanceof(Float32Array),
})

export const SuggestedBatch = z.strictObject({
  predictions: z.array(Predicted),
  /** Images that gave no answer. */
  failedCount: z.int().nonnegative(),
})
export type SuggestedBatch = z.infer<typeof SuggestedBatch>

/** What the images that an image was held against say of it: by a fit that never saw it or its copies. */
const CheckedImage = Predicted.extend({
  /** Mean cosine distance of its features to those of its nearest neighbours, 0..2. */
  neighbourDistance: z.number().min(0).max(2),
  /** What a network that was learning the labels said of it, [classes], the mean over its passes; null where none was asked. */
  whileLearning: z.instanceof(Float32Array).nullable(),
})
export type CheckedImage = z.infer<typeof CheckedImage>

export const CheckedEvent = z.discriminatedUnion('kind', [
  SeeingEvent,
  z.strictObject({ kind: z.literal('comparing'), done: z.int().nonnegative(), total: z.int().positive() }),
  LearningEvent,
  /** The last one. Images that could not be read have no answer. */
  z.strictObject({
    kind: z.literal('checked'),
    images: z.array(CheckedImage),
    failedCount: z.int().nonnegative(),
  }),
])
export type CheckedEvent = z.infer<typeof CheckedEvent>

export const DraftedEvent = z.discriminatedUnion('kind', [
  SeeingEvent,
  /** The last one. */
  z.strictObject({
    kind: z.literal('drafted'),
    /** What the labels were of, each by a fit that never saw it or its copies, and then the others. */
    predictions: z.array(Predicted),
    /** Labelled images that could be read, and for how many of them the most likely class is their label. */
    labelled: z.int().nonnegative(),
    agreed: z.int().nonnegative(),
    /** Images that could not be read. */
    failedCount: z.int().nonnegative(),
  }),
])
export type DraftedEvent = z.infer<typeof DraftedEvent>

/** Features that runs have cached are used, and added to. */
const FeaturesPlace = z.strictObject({
  folder: z.string(),
  versions: z.record(z.string(), z.string()),
  /** Begins the names of the files that are written. */
  writer: z.string().regex(/^[\w-]{1,80}$/),
})

/** With what images are looked at, and where. */
const SeenFrom = z.strictObject({
  /** Of the backbone, the sizes and the device; nothing is trained below the head. */
  recipe: Recipe,
  backboneFolder: z.string(),
  imageFolder: z.string(),
  features: FeaturesPlace,
})
export type SeenFrom = z.infer<typeof SeenFrom>

const LabelledToSee = ImageToSee.extend({
  classIndex: z.int().nonnegative(),
  /** Images of one group are copies of each other. */
  group: z.int().nonnegative(),
})

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
  /** A short warm-up with the recipe's shapes on random pixels; a few of the pictures tell what reading one costs. */
  measure: call(
    z.strictObject({
      recipe: Recipe,
      classCount: z.int().min(2),
      imageFolder: z.string(),
      /** Those that cannot be read count for nothing. */
      images: z.array(ImageToSee).max(64),
      /** Images that a run trains on: whether all of their pictures can be kept decides what a pass costs. */
      trainCount: z.int().nonnegative(),
    }),
    StepMeasurement,
  ),
  /** Predicts images of a catalog; batches come as they are made. Images that are gone, changed or unreadable have no answer. */
  suggest: stream(
    withModel.extend({
      imageFolder: z.string(),
      images: z.array(ImageToSee),
      /** Only where the model's backbone was frozen. */
      features: FeaturesPlace,
    }),
    SuggestedBatch,
  ),
  /**
   * Holds each labelled image against the others: what a head says of it that was fitted without it and its copies, over
   * the features of a backbone, and how far its nearest neighbours are. Where `learning` is a recipe, a network also learns the
   * labels by it, and is listened to. Errors: not-enough-data, not-finite, those of a run's start.
   */
  check: stream(
    SeenFrom.extend({
      classCount: z.int().min(2),
      images: z.array(LabelledToSee),
      learning: Recipe.nullable(),
    }),
    CheckedEvent,
  ),
  /**
   * Fits a head to the labelled images and says with it what all images are; what the device holds stays for the next
   * one. Errors: as for check.
   */
  draft: stream(
    SeenFrom.extend({
      classCount: z.int().min(2),
      labelled: z.array(LabelledToSee),
      unlabelled: z.array(ImageToSee),
    }),
    DraftedEvent,
  ),
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
