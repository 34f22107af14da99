import type { TrainJob } from '../../shared/contract/trainer.ts'
import { imagenetPreprocessing } from '../../shared/domain/backbone.ts'
import type { BackboneCard, Preprocessing } from '../../shared/domain/backbone.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import type { Split } from '../../shared/domain/split.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { limitEntries } from '../batches/sample-order.ts'
import type { ActiveDevice } from '../devices/device.ts'
import type { ChosenDevice, PastDevices } from '../devices/table.ts'
import { keepPixels } from '../evaluation/keep-pixels.ts'
import type { Network } from '../network/graph.ts'
import { createParameters, disposeParameters } from '../network/parameters.ts'
import type { Parameters } from '../network/parameters.ts'
import { buildResnet } from '../network/resnet.ts'
import type { Backbone } from '../weights/backbone-store.ts'
import type { WeightMap } from '../weights/weight-map.ts'
import type { WeightAverage } from './average-weights.ts'
import { readCheckpoint } from './checkpoint.ts'
import type { RunIdentity } from './checkpoint.ts'
import { startState } from './fit-state.ts'
import type { FitState } from './fit-state.ts'
import { classWeightsOf } from './loss.ts'
import { chooseMicroBatchSize } from './micro-batch-size.ts'
import { createMissingImages } from './missing-images.ts'
import type { MissingImages } from './missing-images.ts'
import { hasMoved, requireSameRun } from './resume-check.ts'
import { roomForPixels } from './room-for-pictures.ts'
import { imbalanceWarning, microBatchWarning, resumedWarnings } from './session-warnings.ts'

/** All that the pipeline needs from outside. */
export interface TrainWorld {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  /** Milliseconds since 1970. */
  readonly date: () => number
  /** Aborted when the run is to make a checkpoint and end. */
  readonly signal: AbortSignal
  readonly chooseDevice: (recipe: Recipe, past: PastDevices) => Promise<ChosenDevice>
  readonly loadBackbone: (folder: string, name: string) => Promise<Backbone>
}

/** One run on one device: what stays the same, and in `state`, `best` and `momentum` how far it has come. */
export interface Session {
  readonly job: TrainJob
  readonly world: TrainWorld
  readonly device: ActiveDevice
  readonly identity: RunIdentity
  readonly network: Network
  readonly parameters: Parameters
  /** Of what is looked at while the run learns. */
  readonly preprocessing: Preprocessing
  /** Of the finished model. */
  readonly finalPreprocessing: Preprocessing
  readonly backbone: BackboneCard | null
  readonly entries: Readonly<Record<Split, readonly DatasetEntry[]>>
  readonly classWeights: readonly number[]
  readonly microBatchSize: number
  readonly missing: MissingImages
  /** Validation images, which are looked at after each pass. */
  readonly readValidation: ReturnType<typeof keepPixels>
  state: FitState
  /** The parameters of the best epoch, when they are to be kept. */
  best: WeightMap | null
  /** Of the last epochs, when that is what the run is to end with. */
  average: WeightAverage | null
  /** The optimizer's buffers of a resumed run, until the optimizer takes them. */
  momentum: WeightMap
  /** Frees what it holds on the device. */
  [Symbol.dispose](): void
}

/**
 * Puts the network with its start weights on the device, or with what the checkpoint holds when the run is resumed.
 * Errors: not-found for the backbone, bad-input, resume-mismatch, bad-file, not-enough-data.
 */
export async function* openSession(
  job: TrainJob,
  world: TrainWorld,
  { active: device }: ChosenDevice,
): AsyncGenerator<TrainerEvent, Session> {
  const { recipe, dataset } = job
  const backbone = recipe.backbone === null ? null : await world.loadBackbone(job.backboneFolder, recipe.backbone)
  requireArchitecture(backbone, recipe)
  const identity: RunIdentity = {
    recipe,
    datasetHash: dataset.hash,
    classes: dataset.classes,
    backboneSha256: backbone?.card.sha256 ?? null,
    device: device.id,
    threads: device.threads,
    versions: job.versions,
  }
  const checkpoint = job.resume ? await readCheckpoint(job.runFolder) : null
  const isMoved = checkpoint !== null && hasMoved(job, checkpoint.identity.device)
  if (checkpoint) requireSameRun(checkpoint.identity, identity, isMoved)
  const entries = entriesBySplit(job)
  const counts = countByClass(entries.train, dataset.classes.length)
  const network = buildResnet(recipe.architecture, dataset.classes.length)
  const parameters = createParameters(
    network,
    checkpoint
      ? { weights: checkpoint.parameters, seed: recipe.seed }
      : { weights: backbone?.weights ?? null, seed: recipe.seed, newHead: true },
  )
  try {
    if (checkpoint) yield* resumedWarnings(checkpoint, device)
    yield* imbalanceWarning(counts, job)
    const kept = isMoved ? undefined : checkpoint?.microBatchSize
    const microBatchSize = Math.min(
      kept ?? (await chooseMicroBatchSize({ network, parameters, recipe, device })),
      job.relief.microBatchSizeMax ?? Infinity,
    )
    const preprocessing = preprocessingOf(recipe, backbone)
    yield* microBatchWarning(microBatchSize, recipe)
    return {
      job,
      world,
      device,
      identity,
      network,
      parameters,
      preprocessing,
      finalPreprocessing: recipe.seesMirrored ? { ...preprocessing, seesMirrored: true } : preprocessing,
      backbone: backbone?.card ?? null,
      entries,
      classWeights: classWeightsOf(recipe.classWeights, counts),
      microBatchSize,
      readValidation: keepPixels(preprocessing, job.relief.keepsPictures ? roomForPixels() : 0),
      missing: createMissingImages(Object.values(entries).flat().length, recipe.missingRatioMax),
      state: checkpoint?.state ?? startState,
      best: checkpoint?.best ?? null,
      average: checkpoint?.average ?? null,
      momentum: checkpoint?.momentum ?? new Map(),
      [Symbol.dispose]: () => disposeParameters(parameters),
    }
  } catch (thrown) {
    disposeParameters(parameters)
    throw thrown
  }
}

/** Errors: bad-input where the backbone is another network than the recipe's. */
export function requireArchitecture(backbone: Backbone | null, recipe: Recipe): void {
  if (backbone === null || backbone.card.architecture === recipe.architecture) return
  throw new AppError(
    'bad-input',
    said`The backbone ${backbone.card.name} is a ${backbone.card.architecture}, the recipe asks for ${recipe.architecture}.`,
  )
}

function entriesBySplit({ dataset, recipe }: TrainJob): Record<Split, DatasetEntry[]> {
  const of = (split: Split) => dataset.entries.filter((entry) => entry.split === split)
  return {
    train: limitEntries(of('train'), recipe.limit, recipe.seed),
    validation: of('validation'),
    test: of('test'),
  }
}

function countByClass(entries: readonly DatasetEntry[], classCount: number): number[] {
  const counts = new Array<number>(classCount).fill(0)
  for (const { classIndex } of entries) counts[classIndex] = (counts[classIndex] ?? 0) + 1
  if (counts.filter((count) => count > 0).length >= 2) return counts
  throw new AppError(
    'not-enough-data',
    said`The training split needs images of at least two classes. Label more of them.`,
  )
}

/** Normalised as the backbone was trained; the sizes are the recipe's. */
export function preprocessingOf({ resizePx, inputSizePx }: Recipe, backbone: Backbone | null): Preprocessing {
  const { mean, deviation } = backbone?.card.preprocessing ?? imagenetPreprocessing
  return { resizePx, cropPx: inputSizePx, mean, deviation }
}
