import * as tf from '@tensorflow/tfjs-core'
import { randomStreams } from '../batches/sample-order.ts'
import { softmax } from '../evaluation/probabilities.ts'
import { drawFolds } from './draw-folds.ts'
import { fitHead, type FittedHead, type LabelledFeatures } from './fit-head.ts'

export interface OutOfSampleOptions {
  readonly classCount: number
  /** Of each row: copies are left out together. */
  readonly groups: readonly number[]
  readonly seed: number
  /** How often folds are drawn; decided by the number of rows where it is not given. */
  readonly drawCount?: number
  readonly signal: AbortSignal
}

export interface OutOfSample {
  /** [rows, classes]. */
  readonly probabilities: Float32Array<ArrayBuffer>
  /** How strongly the weights were held back. */
  readonly strength: number
}

export interface OutOfSampleProgress {
  readonly done: number
  readonly total: number
}

const foldCount = 5
/** The mean over several draws of the folds depends less on which images a fit happened to see. */
const usualDrawCount = 2
/** So many images make a draw dependable by itself. */
const singleDrawFrom = 5000

/**
 * What heads that never saw a row say of it, each the mean over the draws of five-fold
 * cross-validation (Stone 1974). How strongly the weights are held back is chosen on what is held out: by each fold of
 * the first draw, or by the first fold alone where that is large; the others take the middle one.
 */
export async function* predictOutOfSample(
  features: LabelledFeatures,
  options: OutOfSampleOptions,
): AsyncGenerator<OutOfSampleProgress, OutOfSample> {
  const { classCount, groups, seed, signal } = options
  const { classIndices } = features
  const members = classIndices.map((classIndex, row) => ({ classIndex, group: groups[row] ?? row }))
  const isSmall = members.length < singleDrawFrom
  const draws = options.drawCount ?? (isSmall ? usualDrawCount : 1)
  const total = draws * foldCount
  const probabilities = new Float32Array(members.length * classCount)
  const chosen: number[] = []
  for (let draw = 0; draw < draws; draw += 1) {
    const folds = drawFolds(members, { foldCount, keys: [seed, randomStreams.folds, draw] })
    for (let fold = 0; fold < foldCount; fold += 1) {
      const isChoosing = isSmall ? draw === 0 : fold === 0
      const heldOut = rowsWhere(folds, (of) => of === fold)
      const kept = rowsWhere(folds, (of) => of !== fold)
      const validation = selectRows(features, heldOut)
      const head = await lastOf(
        fitHead(selectRows(features, kept), validation, {
          classWeights: new Array<number>(classCount).fill(1),
          labelSmoothing: 0,
          signal,
          ...(isChoosing ? {} : { strengths: [medianOf(chosen)] }),
        }),
      )
      if (isChoosing) chosen.push(head.strength)
      const logits = await logitsOfHead(head, validation)
      heldOut.forEach((row, at) => {
        softmax(logits.subarray(at * classCount, (at + 1) * classCount)).forEach((probability, index) => {
          const place = row * classCount + index
          probabilities[place] = (probabilities[place] ?? 0) + probability / draws
        })
      })
      yield { done: draw * foldCount + fold + 1, total }
    }
  }
  return { probabilities, strength: medianOf(chosen) }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** The result alone; its own progress is too fine for whoever waits. */
export async function lastOf<Result>(steps: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const next = await steps.next()
    if (next.done === true) return next.value
  }
}

function rowsWhere(folds: readonly number[], isWanted: (fold: number) => boolean): number[] {
  return [...folds.keys()].filter((row) => isWanted(folds[row] ?? 0))
}

export function selectRows(
  { values, width, classIndices }: LabelledFeatures,
  rows: readonly number[],
): LabelledFeatures {
  const selected = new Float32Array(rows.length * width)
  rows.forEach((row, at) => selected.set(values.subarray(row * width, (row + 1) * width), at * width))
  return { values: selected, width, classIndices: rows.map((row) => classIndices[row] ?? 0) }
}

/** What a head says of rows: [rows, classes]. */
export async function logitsOfHead(
  { weight, bias }: FittedHead,
  { values, width, classIndices }: LabelledFeatures,
): Promise<Float32Array> {
  const logits = tf.tidy(() => {
    const rows = tf.tensor2d(values, [classIndices.length, width])
    return tf.add(tf.matMul(rows, tf.tensor2d(weight, [bias.length, width]), false, true), tf.tensor1d(bias))
  })
  const result = await logits.data<'float32'>()
  logits.dispose()
  return result
}
