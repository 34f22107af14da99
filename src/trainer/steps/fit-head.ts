import * as tf from '@tensorflow/tfjs-core'
import { crossEntropy } from '../evaluation/probabilities.ts'
import { targetsOf } from './loss.ts'
import type { TargetOptions } from './loss.ts'
import { minimise } from './minimise.ts'
import type { Evaluated } from './minimise.ts'
import { standardise } from './standardise.ts'

/** Labelled features, [images, width] in one array. */
export interface LabelledFeatures {
  readonly values: Float32Array
  readonly width: number
  readonly classIndices: readonly number[]
}

/** One after the other; all of one width. */
export function joinFeatures(parts: readonly LabelledFeatures[]): LabelledFeatures {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.values.length, 0))
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    at += part.values.length
  }
  return { values, width: parts[0]?.width ?? 0, classIndices: parts.flatMap(({ classIndices }) => classIndices) }
}

export interface HeadFitOptions extends TargetOptions {
  /** Penalties to choose from, from strong to weak; those of `fitHead` where none are given. */
  readonly strengths?: readonly number[]
  readonly signal?: AbortSignal
}

/** An output layer in torch's layout. */
export interface FittedHead {
  /** [classes, width]. */
  readonly weight: Float32Array
  readonly bias: Float32Array
  /** The strength of the penalty that gave the least loss on the validation images. */
  readonly strength: number
  /** Mean cross-entropy over the validation images, or the training images where there are none. */
  readonly loss: number
}

export interface HeadFitProgress {
  readonly done: number
  readonly total: number
  readonly loss: number
}

/** From strong to weak, each starting where the one before ended. Relative to standardised features. */
const strengths = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001] as const
/** Used where no validation images can choose. */
const strengthWithoutValidation = 0.01
/** Rows per product on the device, so that the largest intermediate stays small. */
const chunkRows = 4096

/**
 * Multinomial logistic regression with an L2 penalty on the weights (not the bias), fitted to convergence over
 * standardised features; the standardisation is folded into the result. The products run on the device, all else in
 * 64 bits, so that the outcome is the same each time. Stops trying weaker penalties once they only made it worse twice.
 */
export async function* fitHead(
  train: LabelledFeatures,
  validation: LabelledFeatures,
  options: HeadFitOptions,
): AsyncGenerator<HeadFitProgress, FittedHead> {
  const scale = standardise(train.values, train.width)
  const trainRows = createRows({ ...train, values: scale.apply(train.values) })
  const validationRows = createRows({ ...validation, values: scale.apply(validation.values) })
  const hasValidation = validation.classIndices.length > 0
  const candidates = options.strengths ?? (hasValidation ? strengths : [strengthWithoutValidation])
  try {
    let point = new Float64Array((train.width + 1) * options.classWeights.length)
    let best: { point: Float64Array; strength: number; loss: number } | null = null
    let worse = 0
    for (const [index, strength] of candidates.entries()) {
      const search = minimise((at) => penalisedLoss(trainRows, at, { ...options, strength }), point, convergence)
      let iteration = await search.next()
      while (!iteration.done) {
        options.signal?.throwIfAborted()
        yield { done: index, total: candidates.length, loss: iteration.value }
        iteration = await search.next()
      }
      point = new Float64Array(iteration.value.point)
      const loss = await meanLoss(hasValidation ? validationRows : trainRows, point, options.classWeights.length)
      worse = best !== null && loss > best.loss ? worse + 1 : 0
      if (best === null || loss < best.loss) best = { point, strength, loss }
      if (worse === 2) break
    }
    if (best === null) throw new Error('No strength was tried.')
    return { ...scale.fold(best.point, options.classWeights.length), strength: best.strength, loss: best.loss }
  } finally {
    trainRows.dispose()
    validationRows.dispose()
  }
}

/** The products are in 32 bits, so smaller changes than these are noise. */
const convergence = { maxIterations: 200, gradientTolerance: 1e-5, relativeDecreaseMin: 1e-6 }

/** Features on the device, in chunks of rows. */
interface Rows {
  readonly width: number
  readonly chunks: readonly { readonly features: tf.Tensor2D; readonly classIndices: readonly number[] }[]
  dispose(): void
}

function createRows({ values, width, classIndices }: LabelledFeatures): Rows {
  const chunks = Array.from({ length: Math.ceil(classIndices.length / chunkRows) }, (_, index) => {
    const labels = classIndices.slice(index * chunkRows, (index + 1) * chunkRows)
    const start = index * chunkRows * width
    const slice = values.slice(start, start + labels.length * width)
    return { features: tf.tensor2d(slice, [labels.length, width]), classIndices: labels }
  })
  return { width, chunks, dispose: () => chunks.forEach(({ features }) => features.dispose()) }
}

/** `point` holds the weights as [width, classes], then the biases. The loss is the weighted mean, as torch's is. */
async function penalisedLoss(
  rows: Rows,
  point: Float64Array,
  options: HeadFitOptions & { readonly strength: number },
): Promise<Evaluated> {
  const classCount = options.classWeights.length
  const weightCount = rows.width * classCount
  const gradient = new Float64Array(point.length)
  let loss = 0
  let weightTotal = 0
  for (const { features, classIndices } of rows.chunks) {
    const logits = await logitsOf(features, point, classCount)
    const targets = targetsOf(classIndices, options)
    const errors = new Float32Array(targets.length)
    for (let row = 0; row < classIndices.length; row += 1) {
      loss += lossAndErrors({ logits, targets, errors }, row * classCount, classCount)
      weightTotal += options.classWeights[classIndices[row] ?? 0] ?? 0
      for (let index = 0; index < classCount; index += 1) {
        const at = weightCount + index
        gradient[at] = (gradient[at] ?? 0) + (errors[row * classCount + index] ?? 0)
      }
    }
    const product = await read(() =>
      tf.matMul(features, tf.tensor2d(errors, [classIndices.length, classCount]), true, false),
    )
    for (let index = 0; index < weightCount; index += 1)
      gradient[index] = (gradient[index] ?? 0) + (product[index] ?? 0)
  }
  let penalty = 0
  for (let index = 0; index < point.length; index += 1) {
    const value = index < weightCount ? (point[index] ?? 0) : 0
    penalty += value * value
    gradient[index] = (gradient[index] ?? 0) / weightTotal + options.strength * value
  }
  return { value: loss / weightTotal + (options.strength / 2) * penalty, gradient }
}

interface LossArrays {
  readonly logits: Float32Array
  readonly targets: Float32Array
  /** Filled with the gradient of the loss by the logits. */
  readonly errors: Float32Array
}

function lossAndErrors({ logits, targets, errors }: LossArrays, start: number, classCount: number): number {
  let highest = -Infinity
  let targetTotal = 0
  for (let at = start; at < start + classCount; at += 1) {
    highest = Math.max(highest, logits[at] ?? 0)
    targetTotal += targets[at] ?? 0
  }
  let powers = 0
  for (let at = start; at < start + classCount; at += 1) powers += Math.exp((logits[at] ?? 0) - highest)
  const logTotal = Math.log(powers) + highest
  let loss = 0
  for (let at = start; at < start + classCount; at += 1) {
    const logProbability = (logits[at] ?? 0) - logTotal
    const target = targets[at] ?? 0
    loss -= target * logProbability
    errors[at] = Math.exp(logProbability) * targetTotal - target
  }
  return loss
}

async function meanLoss(rows: Rows, point: Float64Array, classCount: number): Promise<number> {
  let total = 0
  let count = 0
  for (const { features, classIndices } of rows.chunks) {
    const logits = await logitsOf(features, point, classCount)
    classIndices.forEach((label, row) => {
      total += crossEntropy(logits.subarray(row * classCount, (row + 1) * classCount), label)
    })
    count += classIndices.length
  }
  return total / count
}

async function logitsOf(features: tf.Tensor2D, point: Float64Array, classCount: number): Promise<Float32Array> {
  const width = features.shape[1]
  const logits = await read(() => {
    const weight = tf.tensor2d(Float32Array.from(point.subarray(0, width * classCount)), [width, classCount])
    return tf.matMul(features, weight)
  })
  const bias = Float32Array.from(point.subarray(width * classCount))
  for (let at = 0; at < logits.length; at += 1) logits[at] = (logits[at] ?? 0) + (bias[at % classCount] ?? 0)
  return logits
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const result = tf.tidy(compute)
  const values = await result.data<'float32'>()
  result.dispose()
  return values
}
