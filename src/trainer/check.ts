import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { z } from 'zod'
import type { CheckedEvent, CheckedImage, trainer } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { createProgressGate } from './evaluation/progress-gate.ts'
import { openBackbone, type OpenBackbone } from './open-backbone.ts'
import { featureKeyOf } from './steps/feature-key.ts'
import type { LabelledFeatures } from './steps/fit-head.ts'
import { featuresThroughCache, headWidth, openHeadCache } from './steps/infer-through-cache.ts'
import { neighbourDistances } from './steps/neighbour-distance.ts'
import { predictOutOfSample } from './steps/out-of-sample.ts'

export type CheckInput = z.output<typeof trainer.check.input>
type Item = CheckInput['images'][number] & { readonly file: string }

/** Holds each labelled image against the others; see the contract. */
export async function* check(
  input: CheckInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): AsyncGenerator<CheckedEvent, void, undefined> {
  const opened = await openBackbone(input.recipe, input.backboneFolder)
  try {
    const { items, features } = yield* seeImages(opened, input, signal)
    if (new Set(features.classIndices).size < 2) {
      throw new AppError('not-enough-data', said`Readable labelled images of at least two classes are needed.`)
    }
    const { classCount, recipe } = input
    const groups = items.map(({ group }) => group)
    const search = predictOutOfSample(features, { classCount, groups, seed: recipe.seed, signal })
    let next = await search.next()
    while (next.done !== true) {
      yield { kind: 'comparing', ...next.value }
      // Messages, such as the one that asks to stop, come in between two fits only.
      await turn()
      next = await search.next()
    }
    const probabilities = next.value
    const distances = await neighbourDistances(features.values, features.width, signal)
    const images = items.map(({ imageId, contentHash }, row): CheckedImage => ({
      imageId,
      contentHash,
      probabilities: probabilities.slice(row * classCount, (row + 1) * classCount),
      neighbourDistance: distances[row] ?? 0,
    }))
    yield { kind: 'checked', images, failedCount: input.images.length - images.length }
  } finally {
    await opened.close()
  }
}

interface Seen {
  readonly items: readonly Item[]
  readonly features: LabelledFeatures
}

/** In the order of the images, whichever were cached: folds and sums depend on it. */
async function* seeImages(
  opened: OpenBackbone,
  { recipe, imageFolder, images, features }: CheckInput,
  signal: AbortSignal,
): AsyncGenerator<CheckedEvent, Seen> {
  const { network, preprocessing, device, threads, precision, backboneSha256 } = opened
  const { versions, folder, writer } = features
  const origin = { recipe: { ...recipe, precision }, backboneSha256, preprocessing, device, threads, versions }
  const cache = await openHeadCache(network, folder, { key: featureKeyOf(origin), writer })
  const given = images.map((image): Item => ({ ...image, file: join(imageFolder, image.path) }))
  try {
    const isDue = createProgressGate()
    const found = new Map<Item, Float32Array>()
    const options = { cache, batchSize: inferenceBatchSize(preprocessing.cropPx), checksFiles: true, signal }
    let done = 0
    for await (const { results } of featuresThroughCache(opened, given, options)) {
      for (const { item, output } of results) if (output !== null) found.set(item, output)
      done += results.length
      if (isDue(done, given.length)) yield { kind: 'seeing', done, total: given.length }
    }
    const items = given.filter((item) => found.has(item))
    const width = headWidth(network)
    const values = new Float32Array(items.length * width)
    items.forEach((item, row) => values.set(found.get(item) ?? [], row * width))
    return { items, features: { values, width, classIndices: items.map(({ classIndex }) => classIndex) } }
  } finally {
    await cache.close()
  }
}
