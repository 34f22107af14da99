import { setImmediate as turn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import { randomStreams } from '../batches/sample-order.ts'
import { softmax } from '../evaluation/probabilities.ts'
import { drawFolds } from './draw-folds.ts'
import { fitHead, type FittedHead, type LabelledFeatures } from './fit-head.ts'
import type { TargetOptions } from './loss.ts'

export interface OutOfSampleOptions extends Pick<TargetOptions, 'classWeights' | 'labelSmoothing'> {
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

export const foldCount = 5
/** The mean over several draws of the folds depends less on which images a fit happened to see. */
const usualDrawCount = 2
/** So many images make a draw dependable by itself. */
const singleDrawFrom = 5000

/**
 * What heads that never saw a row say of it, each the mean over the draws of five-fold
 * cross-validation (Stone 1974). How strongly the weights are held back is chosen before: each fold of the first draw votes for
 * what fits it best, and what the others voted for is used on it; on those of later draws, what all voted for. Where folds are
 * large, the first alone votes.
 */
export async function* predictOutOfSample(
  features: LabelledFeatures,
  options: OutOfSampleOptions,
): AsyncGenerator<OutOfSampleProgress, OutOfSample> {
  const { classWeights, labelSmoothing, groups, seed, signal } = options
  const classCount = classWeights.length
  const { classIndices } = features
  const members = classIndices.map((classIndex, row) => ({ classIndex, group: groups[row] ?? row }))
  const isSmall = members.length < singleDrawFrom
  const draws = options.drawCount ?? (isSmall ? usualDrawCount : 1)
  const voters = isSmall ? foldCount : 1
  const total = voters + draws * foldCount
  let done = 0
  const foldsOf = (draw: number) => drawFolds(members, { foldCount, keys: [seed, randomStreams.folds, draw] })
  const fitWithout = (fold: number, folds: readonly number[], strengths?: readonly number[]) => {
    const kept = selectRows(
      features,
      rowsWhere(folds, (of) => of !== fold),
    )
    const heldOut = selectRows(
      features,
      rowsWhere(folds, (of) => of === fold),
    )
    return inTurns(fitHead(kept, heldOut, { classWeights, labelSmoothing, signal, ...(strengths && { strengths }) }))
  }
  const votes: FittedHead[] = []
  for (let fold = 0; fold < voters; fold += 1) {
    votes.push(await fitWithout(fold, foldsOf(0)))
    yield { done: ++done, total }
  }
  const strengths = votes.map(({ strength }) => strength)
  const probabilities = new Float32Array(members.length * classCount)
  for (let draw = 0; draw < draws; draw += 1) {
    const folds = foldsOf(draw)
    for (let fold = 0; fold < foldCount; fold += 1) {
      const strength = draw === 0 ? strengthByOthers(strengths, fold) : medianOf(strengths)
      const own = draw === 0 ? votes[fold] : undefined
      const head = own?.strength === strength ? own : await fitWithout(fold, folds, [strength])
      const heldOut = rowsWhere(folds, (of) => of === fold)
      const logits = await logitsOfHead(head, selectRows(features, heldOut))
      heldOut.forEach((row, at) => {
        softmax(logits.subarray(at * classCount, (at + 1) * classCount)).forEach((probability, index) => {
          const place = row * classCount + index
          probabilities[place] = (probabilities[place] ?? 0) + probability / draws
        })
      })
      yield { done: ++done, total }
    }
  }
  return { probabilities, strength: medianOf(strengths) }
}

/** What all but this one voted for; what it voted for itself where there is no other. */
export function strengthByOthers(votes: readonly number[], fold: number): number {
  const others = votes.filter((_, voter) => voter !== fold)
  return medianOf(others.length > 0 ? others : votes)
}

/** Of an even number, the larger: to hold back more is the smaller risk. */
function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Messages, such as the one that asks to stop, come in between two iterations. */
async function inTurns<Result>(steps: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const next = await steps.next()
    if (next.done === true) return next.value
    await turn()
  }
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
