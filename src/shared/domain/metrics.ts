import { z } from 'zod'
import { ImageId } from './ids.ts'
import { ClassName } from './label.ts'
import { Split } from './split.ts'

/** One row of the per-class table. Ratios are null where they would divide by nothing. */
export const ClassMetrics = z.strictObject({
  name: ClassName,
  imageCount: z.int().nonnegative(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
})
export type ClassMetrics = z.infer<typeof ClassMetrics>

export const Mistake = z.strictObject({
  imageId: ImageId.nullable(),
  path: z.string(),
  label: ClassName,
  predicted: ClassName,
  /** Probability that the model gave to what it predicted. */
  confidence: z.number().min(0).max(1),
})
export type Mistake = z.infer<typeof Mistake>

/** What the model said of one image of the split; classes are indices into the model's. */
export const Outcome = z.strictObject({
  imageId: ImageId.nullable(),
  path: z.string(),
  label: z.int().nonnegative(),
  predicted: z.int().nonnegative(),
  /** Probability that the model gave to what it predicted. */
  confidence: z.number().min(0).max(1),
  /** Cross-entropy of the label in nats. */
  loss: z.number().nonnegative(),
})
export type Outcome = z.infer<typeof Outcome>

/** How far "how sure" can be believed: of images with about this confidence, how many were right. */
export const Calibration = z.strictObject({
  /** Ten equal bins of the confidence; means are null where a bin is empty. */
  bins: z.array(
    z.strictObject({
      fromConfidence: z.number(),
      toConfidence: z.number(),
      imageCount: z.int().nonnegative(),
      meanConfidence: z.number().nullable(),
      accuracy: z.number().nullable(),
    }),
  ),
  /** Mean of |accuracy - confidence| over the bins, weighted by their images (Guo et al. 2017, equation 5). */
  expectedError: z.number().min(0).max(1),
})
export type Calibration = z.infer<typeof Calibration>

/** How good a model is on one split. */
export const Evaluation = z.strictObject({
  split: Split,
  imageCount: z.int().nonnegative(),
  correctCount: z.int().nonnegative(),
  accuracy: z.number().min(0).max(1),
  /** 95 % Wilson score interval of the accuracy. */
  accuracyInterval: z.tuple([z.number(), z.number()]),
  /** Mean cross-entropy in nats. */
  loss: z.number(),
  perClass: z.array(ClassMetrics),
  /** `confusion[label][predicted]` counts images. */
  confusion: z.array(z.array(z.int().nonnegative())),
  /** Most confident first. */
  mistakes: z.array(Mistake),
  /** All images, in the order of the dataset; empty in models that were made before outcomes were kept. */
  outcomes: z.array(Outcome).default([]),
  /** Null in models that were made before it was kept. */
  calibration: Calibration.nullable().default(null),
  /** Images of the dataset that were gone or had changed. */
  missing: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
})
export type Evaluation = z.infer<typeof Evaluation>

/**
 * How often output layers were right about images that they were not fitted to, over the images of all splits, by
 * cross-validation, where test images are too few to tell. What is fine-tuned after it is not in it.
 */
export const FoldEstimate = z.strictObject({
  foldCount: z.int().min(2),
  imageCount: z.int().positive(),
  correctCount: z.int().nonnegative(),
  accuracy: z.number().min(0).max(1),
  /** 95 % Wilson score interval of the accuracy, copies counted as one. */
  accuracyInterval: z.tuple([z.number(), z.number()]),
})
export type FoldEstimate = z.infer<typeof FoldEstimate>

/** How good a model is on one split, without a word about single classes and images. */
export const EvaluationSummary = Evaluation.pick({
  split: true,
  imageCount: true,
  correctCount: true,
  accuracy: true,
  accuracyInterval: true,
  loss: true,
})
export type EvaluationSummary = z.infer<typeof EvaluationSummary>
