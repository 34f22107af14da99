import { setImmediate as turn } from 'node:timers/promises'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { EpochMetrics, TrainerEvent } from '../../shared/domain/run.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { microBatches } from '../batches/micro-batches.ts'
import type { MicroBatch } from '../batches/micro-batches.ts'
import { drawMix } from '../batches/mix-images.ts'
import { readTrainingPicture, readTrainingPixels } from '../batches/pixel-source.ts'
import { randomStreams, sampleOrder } from '../batches/sample-order.ts'
import type { Augmenter } from '../devices/augmenter.ts'
import { crossEntropy, indexOfLargest } from '../evaluation/probabilities.ts'
import { readWeightMap } from '../network/parameters.ts'
import { addToAverage, isAveraged, takeBestWeights } from './average-weights.ts'
import { evaluateSplit } from './evaluate-split.ts'
import { endEpoch, isFitted, type FitState } from './fit-state.ts'
import { createLearner } from './learner.ts'
import type { Learner } from './learner.ts'
import { learnerInput, openAugmenter } from './learner-input.ts'
import { withMicroBatchSize } from './micro-batch-size.ts'
import { createProgress } from './progress.ts'
import { saveCheckpoint } from './save-checkpoint.ts'
import { learningRateAt } from './schedule.ts'
import type { Session } from './session.ts'
import { showSeen } from './show-seen.ts'
import { createTrainingProfile, type TrainingProfile } from './training-profile.ts'

/**
 * Trains for the epochs of the recipe, from wherever `session.state` stands: early stop, best weights, a checkpoint each
 * `checkpointSeconds`, at the end and when the signal aborts. `pictures` are looked at first and added to.
 * Errors: not-finite, naming epoch and update.
 */
export async function* fit(session: Session, pictures: KeptPictures | null): AsyncGenerator<TrainerEvent, void> {
  const { network, parameters, classWeights, job } = session
  const learner = createLearner({ network, parameters }, classWeights, job.recipe)
  const profile = createTrainingProfile(session.device, session.world.now)
  const augmenter = openAugmenter(session)
  const saved = { savedState: session.state, lastCheckpointMs: session.world.now() }
  const loop: Loop = { session, learner, augmenter, pictures, profile, ...saved }
  try {
    if (session.momentum.size > 0) learner.optimizer.writeState(session.momentum)
    while (!isFitted(session.state, job.recipe)) {
      yield* trainEpoch(loop)
      yield* finishEpoch(loop)
    }
    // What comes after it may take long, or be stopped.
    if (session.state !== loop.savedState) yield* checkpoint(loop)
    yield profile.event()
    yield* takeBestWeights(session)
  } catch (thrown) {
    if (session.world.signal.aborted) {
      learner.abandon()
      yield* saveCheckpoint(session, learner.optimizer)
    }
    throw withMicroBatchSize(thrown, {
      microBatchSize: session.microBatchSize,
      keptPictures: (augmenter?.keptCount() ?? 0) > 0,
    })
  } finally {
    profile.stop()
    learner.dispose()
    augmenter?.dispose()
  }
}

interface Loop {
  readonly session: Session
  readonly learner: Learner
  readonly augmenter: Augmenter | null
  readonly pictures: KeptPictures | null
  readonly profile: TrainingProfile
  /** Where the last checkpoint stands. */
  savedState: FitState
  lastCheckpointMs: number
}

async function* trainEpoch(loop: Loop): AsyncGenerator<TrainerEvent, void> {
  const { session, learner, augmenter, pictures, profile } = loop
  const { job, world, entries } = session
  const { recipe, imageFolder } = job
  const epoch = session.state.epochs + 1
  const perEpoch = entries.train.length
  const stepsPerEpoch = Math.ceil(perEpoch / recipe.batchSize)
  let done = session.state.epochs * perEpoch + Math.min(perEpoch, session.state.steps * recipe.batchSize)
  const progress = createProgress({ phase: 'fine-tuning', total: recipe.epochs * perEpoch, done, now: world.now })
  const order = sampleOrder(entries.train, { seed: recipe.seed, epoch })
  const view = { imageFolder, recipe, epoch }
  const read = (entry: DatasetEntry) => readTrainingPixels(entry, view, pictures)
  yield* showSeen(session, { epoch, entries: order, read })
  const parts = microBatches(order, {
    batchSize: recipe.batchSize,
    microBatchSize: session.microBatchSize,
    firstStep: session.state.steps,
    read: augmenter ? (entry) => readTrainingPicture(entry, view, augmenter) : read,
    signal: world.signal,
  })
  let running = session.state.running
  let startMs = world.now()
  for await (const part of profile.waitsFor(parts)) {
    // Messages, such as the one that asks to stop, come in between two parts only.
    await turn()
    world.signal.throwIfAborted()
    for (const { entry, problem } of part.problems) session.missing.note(entry.path, problem)
    const figures = await profile.during(() => addPart(loop, part, { epoch, stepsPerEpoch }))
    running = {
      loss: running.loss + figures.loss,
      correctCount: running.correctCount + figures.correctCount,
      imageCount: running.imageCount + figures.imageCount,
      durationMs: running.durationMs + world.now() - startMs,
    }
    startMs = world.now()
    done += part.images.length + part.problems.length
    const learningRate = learningRateAt(
      recipe,
      session.state.epochs * stepsPerEpoch + part.step,
      recipe.epochs * stepsPerEpoch,
    )
    const event = progress.step(done, {
      loss: figures.imageCount > 0 ? figures.loss / figures.imageCount : null,
      learningRate,
    })
    if (event) yield event
    if (!part.last) continue
    await profile.during(() => learner.update(learningRate))
    session.state = { ...session.state, steps: part.step + 1, running }
    if (!isCheckpointDue(loop)) continue
    yield* checkpoint(loop)
    // Waiting for the disk is not training.
    startMs = world.now()
  }
}

/** Sums over the images of one part. */
interface Figures {
  readonly loss: number
  readonly correctCount: number
  readonly imageCount: number
}

async function addPart(
  { session, learner, augmenter }: Loop,
  { images, step }: MicroBatch,
  { epoch, stepsPerEpoch }: { readonly epoch: number; readonly stepsPerEpoch: number },
): Promise<Figures> {
  // The statistics of one image alone mean nothing.
  if (images.length < 2) return { loss: 0, correctCount: 0, imageCount: 0 }
  const { seed, mixup } = session.job.recipe
  const first = images[0]?.entry.imageId ?? 0
  const mix = drawMix(images.length, mixup, [seed, randomStreams.mix, epoch, first])
  const input = learnerInput(session, images, { mix, augmenter })
  const logits = await learner.add(input)
  const classCount = session.classWeights.length
  let loss = 0
  let correctCount = 0
  input.classIndices.forEach((label, row) => {
    const scores = logits.subarray(row * classCount, (row + 1) * classCount)
    const partner = input.classIndices[mix?.partners[row] ?? row] ?? label
    const share = mix?.share ?? 1
    loss += share * crossEntropy(scores, label) + (1 - share) * crossEntropy(scores, partner)
    if (indexOfLargest(scores) === label) correctCount += 1
  })
  if (!Number.isFinite(loss)) throw notFinite({ epoch, step: step + 1, stepsPerEpoch })
  return { loss, correctCount, imageCount: images.length }
}

/** Validates, notes the figures, keeps the best weights, and makes a checkpoint where one is due. */
async function* finishEpoch(loop: Loop): AsyncGenerator<TrainerEvent, void> {
  const { session } = loop
  const { entries, state, job, network, parameters } = session
  yield* session.missing.takeWarnings()
  const evaluation = entries.validation.length > 0 ? yield* evaluateSplit(session, 'validation') : null
  // Where none of its images can be read any more, nothing is known; a loss of 0 would be the best for ever.
  const validation = evaluation?.imageCount === 0 ? null : evaluation
  const { loss, correctCount, imageCount, durationMs } = state.running
  const metrics: EpochMetrics = {
    epoch: state.epochs + 1,
    trainLoss: loss / Math.max(1, imageCount),
    trainAccuracy: correctCount / Math.max(1, imageCount),
    validationLoss: validation?.loss ?? null,
    validationAccuracy: validation?.accuracy ?? null,
    durationMs,
    imagesPerSecond: durationMs > 0 ? (imageCount * 1000) / durationMs : 0,
  }
  session.state = endEpoch(state, metrics)
  const isBest = session.state.best?.epoch === metrics.epoch
  const averaged = isAveraged(metrics.epoch, job.recipe)
  if (averaged || (job.recipe.keepBest && isBest)) {
    const weights = await readWeightMap(network, parameters)
    if (job.recipe.keepBest && isBest) session.best = weights
    if (averaged) session.average = addToAverage(session.average, weights)
  }
  yield { kind: 'epoch', metrics }
  if (isCheckpointDue(loop)) yield* checkpoint(loop)
}

/** Not after each epoch: of few images one takes a second, and writing all weights down nearly as long. */
function isCheckpointDue({ session, lastCheckpointMs }: Loop): boolean {
  return session.world.now() - lastCheckpointMs >= session.job.recipe.checkpointSeconds * 1000
}

async function* checkpoint(loop: Loop): AsyncGenerator<TrainerEvent, void> {
  yield* saveCheckpoint(loop.session, loop.learner.optimizer)
  loop.savedState = loop.session.state
  loop.lastCheckpointMs = loop.session.world.now()
}

function notFinite(where: { readonly epoch: number; readonly step: number; readonly stepsPerEpoch: number }): AppError {
  const { epoch, step, stepsPerEpoch } = where
  return new AppError(
    'not-finite',
    said`The loss was no longer a finite number in epoch ${epoch}, update ${step} of ${stepsPerEpoch}. Start a run
      with a lower learning rate.`,
    { data: { epoch, step } },
  )
}
