import type { z } from 'zod'
import type { models, SuggestEvent } from '../../../shared/contract/models.ts'
import type { SuggestedBatch } from '../../../shared/contract/trainer.ts'
import type { ModelId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { createProgress } from '../catalog/import-progress.ts'
import { imagesToPredict, storePredictions } from '../catalog/predictions.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { rowOf } from '../database/row-ids.ts'
import { openTrainer } from '../processes/open-process.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'
import { readManifest } from './read-manifest.ts'
import { takeTurn, type Suggesting } from './take-turn.ts'

type SuggestInput = z.output<typeof models.suggest.input>
type Predictions = SuggestedBatch['predictions']

/** So that what a person sees follows soon, and a disk that syncs slowly does not hold the device up. */
const storeAfterMs = 1_000
const storeAfterCount = 2_000

/**
 * Predicts what the model has not predicted yet, in a trainer process of its own, and keeps it every second. However it
 * ends, what was predicted by then is kept. Errors: conflict, not-found, those of the trainer.
 */
export async function* suggestLabels(
  { host, projects }: CoreContext,
  { projectId, modelId, scope, device }: SuggestInput,
  { suggesting, signal }: { readonly suggesting: Suggesting; readonly signal: AbortSignal },
): AsyncGenerator<SuggestEvent, void, undefined> {
  const project = projects.get(projectId)
  const { imageFolder, layout, reader } = project
  readManifest(project, modelId)
  const end = await takeTurn(suggesting, projectId, signal)
  try {
    const images = imagesToPredict(reader, modelId, scope)
    // It is the one that predicted last from now on, also where nothing is left to predict.
    keep(project, modelId, [])
    const progress = createProgress()
    const eventOf = (done: number): SuggestEvent => {
      const { filesPerSecond, secondsLeft } = progress.rate(done, images.length)
      return { done, total: images.length, imagesPerSecond: filesPerSecond, secondsLeft }
    }
    yield eventOf(0)
    if (images.length === 0) return
    const features = { folder: layout.featuresFolder, versions: readDecisiveVersions(), writer: `suggest-${modelId}` }
    const job = { modelFolder: layout.modelFolder(modelId), device, imageFolder, images, features }
    const store = createStore((predictions) => keep(project, modelId, predictions))
    const trainer = openTrainer(host)
    let done = 0
    try {
      for await (const { predictions, failedCount } of trainer.client.suggest(job, { signal })) {
        store.add(predictions)
        done += predictions.length + failedCount
        if (progress.isDue() || done === images.length) yield eventOf(done)
      }
    } finally {
      store.flush()
      await trainer.close()
    }
  } finally {
    end()
  }
}

function keep({ writer }: OpenProject, modelId: ModelId, predictions: Predictions): void {
  transaction(writer, (tx) => {
    if (tx.prepare('SELECT 1 FROM model WHERE id = ?').get(rowOf(modelId)) === undefined) {
      throw new AppError('not-found', said`${modelId} is not there any more.`)
    }
    storePredictions(tx, modelId, predictions)
  })
}

/** Collects what comes in small batches for fewer transactions. */
function createStore(write: (predictions: Predictions) => void) {
  let waiting: Predictions = []
  let writtenAtMs = performance.now()
  const flush = () => {
    const due = waiting
    waiting = []
    if (due.length > 0) write(due)
    writtenAtMs = performance.now()
  }
  return {
    flush,
    add(predictions: Predictions) {
      waiting.push(...predictions)
      if (waiting.length >= storeAfterCount || performance.now() - writtenAtMs >= storeAfterMs) flush()
    },
  }
}
