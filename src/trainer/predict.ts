import type { z } from 'zod'
import type { PredictEvent } from '../shared/contract/models.ts'
import type { trainer } from '../shared/contract/trainer.ts'
import type { Prediction } from '../shared/domain/model.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { infer, type Inferred, type InferItem } from './evaluation/infer.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { indexOfLargest, softmax } from './evaluation/probabilities.ts'
import { createProgressGate } from './evaluation/progress-gate.ts'
import { openModel, type ModelPlace, type OpenModel } from './open-model.ts'

export type PredictInput = z.output<typeof trainer.predict.input>

/**
 * Predicts files, in order; one that cannot be read is answered with its error. Predictions come as they are made.
 * Errors: those of loading the model, no-device, not-finite.
 */
export async function* predict(
  { files, ...place }: PredictInput,
  { signal }: HandlerContext,
  open: (place: ModelPlace) => Promise<OpenModel> = openModel,
): AsyncGenerator<PredictEvent, void, undefined> {
  const { manifest, classifier, release } = await open(place)
  try {
    const items = files.map((file) => ({ file, contentHash: null }))
    const isDue = createProgressGate()
    let done = 0
    yield { kind: 'progress', done, total: files.length }
    const batchSize = inferenceBatchSize(classifier.preprocessing.cropPx)
    for await (const { results } of infer(classifier, items, { batchSize, signal })) {
      yield { kind: 'predictions', predictions: results.map((result) => predictionOf(result, manifest.classes)) }
      done += results.length
      if (isDue(done, files.length)) yield { kind: 'progress', done, total: files.length }
    }
  } finally {
    await release()
  }
}

function predictionOf({ item, output, problem }: Inferred<InferItem>, classes: readonly string[]): Prediction {
  const path = item.file
  if (problem !== null) {
    return { path, predicted: null, confidence: null, probabilities: null, error: problem.message }
  }
  const probabilities = softmax(output)
  const best = indexOfLargest(probabilities)
  const confidence = probabilities[best]
  const predicted = classes[best]
  if (predicted === undefined || confidence === undefined || !Number.isFinite(confidence)) {
    throw new AppError('not-finite', said`The network's output for ${path} is not finite; the model is not usable.`)
  }
  return { path, predicted, confidence, probabilities, error: null }
}
