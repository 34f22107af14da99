import type { KeptPictures } from '../imaging/kept-pictures.ts'
import { startThreads } from '../imaging/pixel-threads/read-in-thread.ts'
import type { TrainJob } from '../shared/contract/trainer.ts'
import type { ModelManifest } from '../shared/domain/model.ts'
import type { RunPhase, TrainerEvent } from '../shared/domain/run.ts'
import { adaptStatistics } from './steps/adapt-statistics.ts'
import { cacheFeatures } from './steps/cache-features.ts'
import { estimateByFolds } from './steps/estimate-by-folds.ts'
import { evaluateAll } from './steps/evaluate-split.ts'
import { fit } from './steps/fit.ts'
import { fitOutputLayer } from './steps/fit-output-layer.ts'
import { openKeptPictures } from './steps/learner-input.ts'
import { saveModel } from './steps/save-model.ts'
import { openSession } from './steps/session.ts'
import type { Session, TrainWorld } from './steps/session.ts'

/**
 * From a frozen dataset to a model on disk. Progress is what it yields; when `world.signal` aborts it leaves what a
 * resumed run needs to end with the same bits, and throws the signal's reason.
 */
export async function* train(job: TrainJob, world: TrainWorld): AsyncGenerator<TrainerEvent, ModelManifest> {
  const { recipe, relief, lastDevice } = job
  yield phase('preparing')
  startThreads()
  const device = await world.chooseDevice(recipe, { lastDevice, ...relief })
  try {
    yield { kind: 'device', chosen: device.active.id, reports: [...device.reports] }

    yield phase('loading-backbone')
    // What the numbers come from has to be known where the run is resumed, and in the model.
    const decided = { ...job, recipe: { ...recipe, precision: device.active.precision } }
    using session = yield* openSession(decided, world, device)
    const pictures = openKeptPictures(session)

    if (recipe.fitHeadFirst && !session.state.headFitted) {
      yield phase('caching-features')
      if (recipe.epochs > 0) await adapt(session, pictures)
      const features = yield* cacheFeatures(session, pictures)
      const foldEstimate = yield* estimateByFolds(session, features.labelled)
      session.state = { ...session.state, foldEstimate }

      yield phase('fitting-head')
      yield* fitOutputLayer(session, features)
    }

    if (recipe.epochs > 0) {
      yield phase('fine-tuning')
      yield* fit(session, pictures)
      pictures?.clear()
    }

    yield phase('evaluating')
    const evaluations = yield* evaluateAll(session)

    yield phase('saving')
    return await saveModel(session, evaluations)
  } finally {
    await device.active.dispose()
  }
}

function adapt(session: Session, pictures: KeptPictures | null): Promise<void> {
  const { job, entries, microBatchSize, world } = session
  const { recipe, imageFolder } = job
  return adaptStatistics(session, entries.train, {
    recipe,
    imageFolder,
    microBatchSize,
    pictures,
    signal: world.signal,
  })
}

function phase(name: RunPhase): TrainerEvent {
  return { kind: 'phase', phase: name }
}
