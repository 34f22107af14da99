import { z } from 'zod'
import { Architecture, BackboneName } from './backbone.ts'
import { DeviceId, Precision } from './device.ts'

export const Preset = z.enum(['quick', 'fine-tune', 'reference', 'from-scratch'])
export type Preset = z.infer<typeof Preset>

/** The lowest stage that is trained; those below it stay as the backbone has them. */
export const TrainableFrom = z.enum(['stem', 'layer1', 'layer2', 'layer3', 'layer4', 'head'])
export type TrainableFrom = z.infer<typeof TrainableFrom>

/**
 * The settings of a run: the one source of names, units, bounds and descriptions for the command line, the forms and
 * the manifest. Flat, so that every setting is one flag.
 */
export const Recipe = z.strictObject({
  preset: Preset.describe('what the other settings start from'),
  architecture: Architecture.describe('the network'),
  backbone: BackboneName.nullable().describe('name of the pretrained weights; null starts from random ones'),
  trainableFrom: TrainableFrom.describe('the lowest stage that is trained'),
  epochs: z.int().min(0).max(1000).describe('passes over the training images with the trainable stages'),
  fitHeadFirst: z.boolean().describe('fit the output layer to convergence on cached features before anything else'),
  views: z
    .int()
    .min(1)
    .max(16)
    .describe('in how many views the output layer is fitted to each image: whole, then mirrored, then crops'),
  batchSize: z.int().min(1).max(4096).describe('images per update'),
  microBatchSize: z.int().min(1).max(4096).nullable().describe('images at once on the device; null: as many as fit'),
  lossReduction: z
    .enum(['sum', 'mean'])
    .describe('how the losses of a batch combine; learning rate and weight decay depend on it'),
  learningRate: z.number().positive().max(10).describe('step size at the peak, for the stated loss reduction'),
  headLearningRateMultiplier: z.number().min(0.01).max(1000).describe('how much faster the output layer learns'),
  momentum: z.number().min(0).max(0.999).describe('momentum of SGD'),
  weightDecay: z.number().min(0).max(1).describe('L2 penalty in the gradient, for the stated loss reduction'),
  schedule: z.enum(['constant', 'cosine']).describe('how the learning rate goes on after the warm-up'),
  warmUpRatio: z.number().min(0).max(0.5).describe('share of the steps in which the learning rate rises linearly'),
  labelSmoothing: z.number().min(0).max(0.5).describe('share of the target spread evenly over all classes'),
  mixup: z
    .number()
    .min(0)
    .max(1)
    .describe('how evenly pairs of training images are blended, alpha of a Beta distribution; 0: not at all'),
  distortion: z
    .number()
    .min(0)
    .max(1)
    .describe(
      'how far a drawn change of colour or shape may distort a training image; 0: not at all, 1: as RandAugment',
    ),
  classWeights: z.enum(['none', 'balanced']).describe('whether rare classes count more in the loss'),
  inputSizePx: z.int().min(32).max(512).describe('side of the network input'),
  resizePx: z.int().min(32).max(585).describe('side to which test images are squashed before the centre crop'),
  cropScaleMin: z.number().min(0.01).max(1).describe('smallest share of the area that a training crop covers'),
  cropScaleMax: z.number().min(0.01).max(1).describe('largest share of the area that a training crop covers'),
  cropRatioMin: z.number().min(0.1).max(1).describe('smallest width over height of a training crop'),
  cropRatioMax: z.number().min(1).max(10).describe('largest width over height of a training crop'),
  horizontalFlip: z.boolean().describe('mirror half of the training images left to right'),
  verticalFlip: z.boolean().describe('mirror half of the training images top to bottom'),
  seesMirrored: z
    .boolean()
    .describe('let the trained model look at each image and at its mirror image, for twice the time'),
  earlyStopPatience: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .describe('epochs without a better validation loss before stopping; null: never'),
  keepBest: z.boolean().describe('keep the weights of the epoch with the best validation loss instead of the last'),
  averageEpochs: z
    .int()
    .min(0)
    .max(1000)
    .describe('over how many last epochs the weights are averaged in the end; 0: take them as they are'),
  missingRatioMax: z.number().min(0).max(1).describe('share of images that may be gone before the run gives up'),
  checkpointSeconds: z
    .number()
    .min(0)
    .max(3600)
    .describe('seconds between checkpoints: about as much is lost in a crash; 0 for one after each update'),
  limit: z
    .int()
    .min(2)
    .max(1_000_000)
    .nullable()
    .describe('use only so many training images, drawn by the seed; null: all'),
  seed: z.int().min(0).max(0xffffffff).describe('from which all randomness derives'),
  device: DeviceId.nullable().describe('where to compute; null: the fastest that passes its self-test'),
  precision: Precision.nullable().describe(
    'numbers to multiply in; null: bfloat16 where the processor has it and the self-test passes in it, else float32',
  ),
  threads: z.int().min(1).max(256).nullable().describe('processor threads; null: as many as suit the device'),
})
export type Recipe = z.infer<typeof Recipe>

const common = {
  architecture: 'resnet18',
  views: 1,
  microBatchSize: null,
  headLearningRateMultiplier: 10,
  momentum: 0,
  warmUpRatio: 0,
  labelSmoothing: 0,
  mixup: 0,
  distortion: 0,
  classWeights: 'none',
  inputSizePx: 224,
  resizePx: 256,
  cropScaleMin: 0.08,
  cropScaleMax: 1,
  cropRatioMin: 3 / 4,
  cropRatioMax: 4 / 3,
  horizontalFlip: true,
  verticalFlip: false,
  seesMirrored: false,
  earlyStopPatience: null,
  keepBest: false,
  averageEpochs: 0,
  missingRatioMax: 0.05,
  checkpointSeconds: 60,
  limit: null,
  seed: 0,
  device: null,
  precision: null,
  threads: null,
} as const satisfies Partial<Recipe>

/**
 * The textbook recipe for fine-tuning (Dive into Deep Learning, section 14.2): the loss is summed over the batch, so
 * that lr 5e-5 and weight decay 1e-3 here are lr 6.4e-3 and weight decay 7.8e-6 for a mean loss at batch 128.
 */
const reference = {
  ...common,
  preset: 'reference',
  backbone: 'resnet18-imagenet',
  trainableFrom: 'stem',
  fitHeadFirst: false,
  epochs: 5,
  batchSize: 128,
  lossReduction: 'sum',
  learningRate: 5e-5,
  weightDecay: 1e-3,
  schedule: 'constant',
  verticalFlip: true,
} as const satisfies Recipe

export const presets: Readonly<Record<Preset, Recipe>> = {
  reference,
  'from-scratch': {
    ...reference,
    preset: 'from-scratch',
    backbone: null,
    learningRate: 5e-4,
    headLearningRateMultiplier: 1,
  },
  quick: {
    ...reference,
    preset: 'quick',
    trainableFrom: 'head',
    fitHeadFirst: true,
    epochs: 0,
    lossReduction: 'mean',
    learningRate: 6.4e-3,
    weightDecay: 7.8e-6,
    classWeights: 'balanced',
    verticalFlip: false,
  },
  'fine-tune': {
    ...reference,
    preset: 'fine-tune',
    fitHeadFirst: true,
    epochs: 12,
    batchSize: 32,
    lossReduction: 'mean',
    learningRate: 0.01,
    headLearningRateMultiplier: 3,
    momentum: 0.9,
    weightDecay: 1e-4,
    schedule: 'cosine',
    warmUpRatio: 0.1,
    labelSmoothing: 0.1,
    distortion: 0.5,
    cropScaleMin: 0.25,
    verticalFlip: false,
    seesMirrored: true,
    classWeights: 'balanced',
    earlyStopPatience: 5,
    keepBest: true,
    averageEpochs: 3,
  },
}

/** What settings did that a recipe of an older Athanor does not have. */
const olderDefaults = {
  precision: 'float32',
  mixup: 0,
  distortion: 0,
  averageEpochs: 0,
  views: 1,
  seesMirrored: false,
} as const satisfies Partial<Recipe>

/** A recipe that was kept, perhaps before all of today's settings were there. */
export const KeptRecipe = z.preprocess(
  (kept) => (typeof kept === 'object' && kept !== null ? { ...olderDefaults, ...kept } : kept),
  Recipe,
)

/** What a person changed of a preset; unknown keys are refused. */
export const RecipeOverrides = Recipe.omit({ preset: true }).partial()
export type RecipeOverrides = z.infer<typeof RecipeOverrides>
