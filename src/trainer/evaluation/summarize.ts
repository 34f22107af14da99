import type { ImageId } from '../../shared/domain/ids.ts'
import type { ClassMetrics, Evaluation, Mistake, Outcome } from '../../shared/domain/metrics.ts'
import type { Split } from '../../shared/domain/split.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { calibrationOf } from './calibration.ts'
import { crossEntropy, indexOfLargest, softmax } from './probabilities.ts'
import { wilsonInterval } from '../../shared/wilson-interval.ts'

/** What the network said about one labelled image. */
export interface Sample {
  readonly imageId: ImageId | null
  readonly path: string
  /** The label, as an index into the classes. */
  readonly classIndex: number
  /** One number per class. */
  readonly logits: ArrayLike<number>
}

export interface EvaluationInput {
  readonly split: Split
  readonly classes: readonly string[]
  readonly samples: readonly Sample[]
  readonly missing: readonly { readonly path: string; readonly reason: string }[]
}

/** So many mistakes are kept with an evaluation. */
const mistakesMax = 100

/**
 * Accuracy with its interval, mean cross-entropy, confusion, calibration and per-class figures of what a network said about
 * a split, and what it said of each image.
 * Without samples the accuracy is 0 with an interval of 0 to 1. Errors: not-finite where a logit is NaN or infinite.
 */
export function summarize({ split, classes, samples, missing }: EvaluationInput): Evaluation {
  const confusion = classes.map(() => classes.map(() => 0))
  const outcomes = samples.map((sample): Outcome => {
    const outcome = outcomeOf(sample)
    const row = confusion[outcome.label]
    if (row === undefined)
      throw new AppError('bad-input', said`${sample.path} has a label that the model does not know`)
    row[outcome.predicted] = (row[outcome.predicted] ?? 0) + 1
    return outcome
  })
  const correctCount = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0)
  const lossTotal = outcomes.reduce((sum, { loss }) => sum + loss, 0)
  return {
    split,
    imageCount: samples.length,
    correctCount,
    accuracy: samples.length === 0 ? 0 : correctCount / samples.length,
    accuracyInterval: wilsonInterval(correctCount, samples.length),
    loss: samples.length === 0 ? 0 : lossTotal / samples.length,
    perClass: classes.map((name, index) => metricsOfClass(name, index, confusion)),
    confusion,
    mistakes: mistakesOf(outcomes, classes),
    outcomes,
    calibration: calibrationOf(
      outcomes.map(({ confidence, label, predicted }) => ({ confidence, isRight: label === predicted })),
    ),
    missing: [...missing],
  }
}

function requireFinite({ path, logits }: Sample): void {
  if (Array.from(logits).every(Number.isFinite)) return
  throw new AppError('not-finite', said`The network's output for ${path} is not finite; the model is not usable.`)
}

function outcomeOf(sample: Sample): Outcome {
  requireFinite(sample)
  const { imageId, path, classIndex, logits } = sample
  const predicted = indexOfLargest(logits)
  return {
    imageId,
    path,
    label: classIndex,
    predicted,
    confidence: Math.min(1, softmax(logits)[predicted] ?? 0),
    // Rounding can take the loss of a certain answer below 0.
    loss: Math.max(0, crossEntropy(logits, classIndex)),
  }
}

function mistakesOf(outcomes: readonly Outcome[], classes: readonly string[]): Mistake[] {
  return outcomes
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.confidence - a.confidence || (a.path < b.path ? -1 : 1))
    .slice(0, mistakesMax)
    .map(({ imageId, path, label, predicted, confidence }) => ({
      imageId,
      path,
      label: classes[label] ?? '',
      predicted: classes[predicted] ?? '',
      confidence,
    }))
}

function metricsOfClass(name: string, index: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const labelled = (confusion[index] ?? []).reduce((sum, count) => sum + count, 0)
  const predicted = confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0)
  const both = confusion[index]?.[index] ?? 0
  return {
    name,
    imageCount: labelled,
    precision: ratio(both, predicted),
    recall: ratio(both, labelled),
    f1: ratio(2 * both, labelled + predicted),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
