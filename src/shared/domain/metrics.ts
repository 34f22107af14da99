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
  /** Images of the dataset that were gone or had changed. */
  missing: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
})
export type Evaluation = z.infer<typeof Evaluation>
