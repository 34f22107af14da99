import { setImmediate as turn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { createProgressGate } from '../evaluation/progress-gate.ts'
import { parameterOf } from '../network/parameters.ts'
import type { SplitFeatures } from './cache-features.ts'
import { fitHead } from './fit-head.ts'
import type { FittedHead } from './fit-head.ts'
import { saveCheckpoint } from './save-checkpoint.ts'
import type { Session } from './session.ts'

/** Fits the network's output layer to cached features and makes a checkpoint. Errors: not-enough-data, not-finite. */
export async function* fitOutputLayer(session: Session, features: SplitFeatures): AsyncGenerator<TrainerEvent, void> {
  const { classWeights, world, job } = session
  requireTwoClasses(features.train.classIndices)
  const search = fitHead(features.train, features.validation, {
    classWeights,
    labelSmoothing: job.recipe.labelSmoothing,
    signal: world.signal,
  })
  const isDue = createProgressGate()
  let next = await search.next()
  while (!next.done) {
    const { done, total, loss } = next.value
    const event: TrainerEvent = {
      kind: 'step',
      phase: 'fitting-head',
      done,
      total,
      loss,
      imagesPerSecond: null,
      secondsLeft: null,
      learningRate: null,
    }
    if (isDue(done, total)) yield event
    await turn()
    next = await search.next()
  }
  assignHead(session, next.value)
  session.state = { ...session.state, headFitted: true }
  yield* saveCheckpoint(session)
}

function requireTwoClasses(classIndices: readonly number[]): void {
  if (new Set(classIndices).size >= 2) return
  throw new AppError('not-enough-data', said`Readable training images of at least two classes are needed.`)
}

/** Puts a fitted head on the device, in the place of the network's own. */
export function assignHead(
  { network, parameters }: Pick<Session, 'network' | 'parameters'>,
  { weight, bias }: FittedHead,
): void {
  const head = network.nodes.find((node) => node.kind === 'dense')
  if (head?.kind !== 'dense') throw new Error('The network has no output layer.')
  const { name, inFeatures, outFeatures } = head
  tf.tidy(() => {
    const torchWeight = tf.tensor2d(weight, [outFeatures, inFeatures])
    parameterOf(parameters, `${name}.weight`).assign(tf.transpose(torchWeight))
    parameterOf(parameters, `${name}.bias`).assign(tf.tensor1d(bias))
  })
}
