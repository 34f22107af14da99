import { join } from 'node:path'
import type { z } from 'zod'
import type { SuggestedBatch, trainer } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { infer, type Inferred } from './evaluation/infer.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { softmax } from './evaluation/probabilities.ts'
import { openModel, type OpenModel } from './open-model.ts'
import { featureKeyOf, isBackboneFrozen } from './steps/feature-key.ts'
import { inferThroughCache, openHeadCache } from './steps/infer-through-cache.ts'

export type SuggestInput = z.output<typeof trainer.suggest.input>
type Item = SuggestInput['images'][number] & { readonly file: string }

/**
 * Predicts images of the catalog in order; what the files of a frozen backbone's features hold is not computed again.
 * Errors: those of loading the model, no-device, not-finite.
 */
export async function* suggest(
  { modelFolder, device, imageFolder, images, features }: SuggestInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): AsyncGenerator<SuggestedBatch, void, undefined> {
  const opened = await openModel({ modelFolder, device })
  try {
    const items = images.map((image): Item => ({ ...image, file: join(imageFolder, image.path) }))
    for await (const { results } of inferImages(opened, items, features, signal)) yield batchOf(results, opened)
  } finally {
    await opened.release()
  }
}

async function* inferImages(
  { manifest, classifier }: OpenModel,
  items: readonly Item[],
  { folder, versions, writer }: SuggestInput['features'],
  signal: AbortSignal,
): AsyncGenerator<{ readonly results: readonly Inferred<Item>[] }, void, undefined> {
  const batchSize = inferenceBatchSize(classifier.preprocessing.cropPx)
  if (!isBackboneFrozen(manifest.recipe)) {
    yield* infer(classifier, items, { batchSize, signal })
    return
  }
  const { device, threads, precision, preprocessing } = classifier
  const { backbone } = manifest
  // The device may not compute in what the model was trained in.
  const recipe = { ...manifest.recipe, precision }
  const backboneSha256 = backbone?.sha256 ?? null
  const key = featureKeyOf({ recipe, backboneSha256, preprocessing, device, threads, versions })
  const cache = await openHeadCache(classifier.network, folder, { key, writer })
  try {
    yield* inferThroughCache(classifier, items, { cache, batchSize, signal })
  } finally {
    await cache.close()
  }
}

function batchOf(results: readonly Inferred<Item>[], { manifest }: OpenModel): SuggestedBatch {
  const predictions = results.flatMap(({ item, output }) => {
    if (output === null) return []
    if (!output.every(Number.isFinite)) {
      throw new AppError(
        'not-finite',
        said`The output of ${manifest.id} for ${item.path} is not finite; it is not usable.`,
      )
    }
    const { imageId, contentHash } = item
    return [{ imageId, contentHash, probabilities: Float32Array.from(softmax(output)) }]
  })
  return { predictions, failedCount: results.length - predictions.length }
}
