import { join } from 'node:path'
import type { SeeingEvent } from '../shared/contract/seeing.ts'
import type { ImageToSee, SeenFrom } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { createProgressGate } from './evaluation/progress-gate.ts'
import type { OpenBackbone } from './open-backbone.ts'
import { featureKeyOf } from './steps/feature-key.ts'
import { featuresThroughCache, headWidth, openHeadCache } from './steps/infer-through-cache.ts'

/** What a backbone sees of the images that could be read, [items, width]. */
export interface SeenImages<I> {
  readonly items: readonly I[]
  readonly values: Float32Array
  readonly width: number
}

/** In the order of the images, whichever were cached: folds and sums depend on it. */
export async function* seeImages<I extends ImageToSee>(
  opened: OpenBackbone,
  images: readonly I[],
  { recipe, imageFolder, features }: SeenFrom,
  signal: AbortSignal,
): AsyncGenerator<SeeingEvent, SeenImages<I>> {
  const { network, preprocessing, device, threads, precision, backboneSha256 } = opened
  const { versions, folder, writer } = features
  const origin = { recipe: { ...recipe, precision }, backboneSha256, preprocessing, device, threads, versions }
  const cache = await openHeadCache(network, folder, { key: featureKeyOf(origin), writer })
  const given = images.map((image) => ({ image, contentHash: image.contentHash, file: join(imageFolder, image.path) }))
  try {
    const isDue = createProgressGate()
    const found = new Map<(typeof given)[number], Float32Array>()
    const options = { cache, batchSize: inferenceBatchSize(preprocessing.cropPx), checksFiles: true, signal }
    let done = 0
    for await (const { results } of featuresThroughCache(opened, given, options)) {
      for (const { item, output } of results) if (output !== null) found.set(item, output)
      done += results.length
      if (isDue(done, given.length)) yield { kind: 'seeing', done, total: given.length }
    }
    const seen = given.filter((item) => found.has(item))
    const width = headWidth(network)
    const values = new Float32Array(seen.length * width)
    seen.forEach((item, row) => values.set(found.get(item) ?? [], row * width))
    return { items: seen.map(({ image }) => image), values, width }
  } finally {
    await cache.close()
  }
}

/** Errors: not-enough-data. */
export function requireTwoClasses(classIndices: readonly number[]): void {
  if (new Set(classIndices).size >= 2) return
  throw new AppError('not-enough-data', said`Readable labelled images of at least two classes are needed.`)
}
