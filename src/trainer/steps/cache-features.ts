import { join } from 'node:path'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { sampleOrder } from '../batches/sample-order.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { readPixels } from '../evaluation/read-pixels.ts'
import type { FeatureCache } from './feature-cache.ts'
import { featureKeyOf } from './feature-key.ts'
import type { LabelledFeatures } from './fit-head.ts'
import { featuresThroughCache, headWidth, openHeadCache } from './infer-through-cache.ts'
import { createProgress } from './progress.ts'
import type { Session } from './session.ts'
import { showSeen } from './show-seen.ts'

export interface SplitFeatures {
  readonly train: LabelledFeatures
  readonly validation: LabelledFeatures
}

/**
 * What the output layer sees of each training and validation image, as a test image: computed once and kept on disk by
 * content hash, so that a resumed run, and the next one with the same backbone, go on from there.
 */
export async function* cacheFeatures(session: Session): AsyncGenerator<TrainerEvent, SplitFeatures> {
  const { job, world, network, entries, preprocessing, missing } = session
  yield* showSeen(session, {
    epoch: 0,
    entries: sampleOrder(entries.train, { seed: job.recipe.seed, epoch: 0 }),
    read: ({ path, contentHash }) => readPixels({ file: join(job.imageFolder, path), contentHash }, preprocessing),
  })
  const cache = await openSessionCache(session)
  try {
    const items = [...entries.train, ...entries.validation].map((entry) => ({
      entry,
      file: join(job.imageFolder, entry.path),
      contentHash: entry.contentHash,
    }))
    const known = items.filter(({ contentHash }) => cache.get(contentHash) !== undefined).length
    const progress = createProgress({ phase: 'caching-features', total: items.length, done: known, now: world.now })
    let done = 0
    const options = { cache, batchSize: inferenceBatchSize(preprocessing.cropPx), signal: world.signal }
    for await (const { results } of featuresThroughCache(session, items, options)) {
      world.signal.throwIfAborted()
      for (const { item, problem } of results) if (problem !== null) missing.note(item.entry.path, problem)
      done += results.length
      const event = done <= known ? null : progress.step(done)
      if (event) yield event
    }
    yield* missing.takeWarnings()
    const width = headWidth(network)
    const collect = (of: readonly DatasetEntry[]) => collectFeatures(of, cache, width)
    return { train: collect(entries.train), validation: collect(entries.validation) }
  } finally {
    await cache.close()
  }
}

/** The features of everything below the output layer as the run began with it. */
export function openSessionCache({ job, identity, preprocessing, network }: Session): Promise<FeatureCache> {
  return openHeadCache(network, job.featuresFolder, {
    key: featureKeyOf({ ...identity, preprocessing }),
    writer: job.runId,
  })
}

function collectFeatures(entries: readonly DatasetEntry[], cache: FeatureCache, width: number): LabelledFeatures {
  const found = entries.flatMap(({ contentHash, classIndex }) => {
    const feature = cache.get(contentHash)
    return feature ? [{ feature, classIndex }] : []
  })
  const values = new Float32Array(found.length * width)
  found.forEach(({ feature }, row) => values.set(feature, row * width))
  return { values, width, classIndices: found.map(({ classIndex }) => classIndex) }
}
