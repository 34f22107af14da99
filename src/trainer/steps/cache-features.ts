import { join } from 'node:path'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { sampleOrder } from '../batches/sample-order.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { readPixels, readPixelsThroughKept, type PixelResult } from '../evaluation/read-pixels.ts'
import { createPassingCache, type FeatureCache } from './feature-cache.ts'
import { featureKeyOf, isBackboneFrozen } from './feature-key.ts'
import { featureViews, readView, wholeView, type FeatureView } from './feature-views.ts'
import type { GroupedFeatures } from './estimate-by-folds.ts'
import { joinFeatures, type LabelledFeatures } from './fit-head.ts'
import { featuresThroughCache, headWidth, openHeadCache } from './infer-through-cache.ts'
import { createProgress } from './progress.ts'
import type { Session } from './session.ts'
import { showSeen } from './show-seen.ts'

export interface SplitFeatures {
  readonly train: LabelledFeatures
  readonly validation: LabelledFeatures
  /** Of all splits, whole images alone; null where nothing is to be told by folds. */
  readonly labelled: GroupedFeatures | null
}

/**
 * What the output layer sees of each validation image, of each training image in each view, and of test images where folds are
 * to tell of them. Where the backbone stays as it is,
 * it is computed once and kept on disk by content hash, so that a resumed run, and the next one, go on from there. `pictures`,
 * where they will be learned from, are looked at first and added to.
 */
export async function* cacheFeatures(
  session: Session,
  pictures: KeptPictures | null,
): AsyncGenerator<TrainerEvent, SplitFeatures> {
  const { job, world, network, entries, preprocessing, missing } = session
  yield* showSeen(session, {
    epoch: 0,
    entries: sampleOrder(entries.train, { seed: job.recipe.seed, epoch: 0 }),
    read: ({ path, contentHash }) => readPixels({ file: join(job.imageFolder, path), contentHash }, preprocessing),
  })
  const views = featureViews(job.recipe.views, job.recipe.horizontalFlip)
  const wholeOnly = [...entries.validation, ...(job.foldGroups === null ? [] : entries.test)]
  const total = entries.train.length * views.length + wholeOnly.length
  const seen: LabelledFeatures[] = []
  let validation: LabelledFeatures | null = null
  let labelled: GroupedFeatures | null = null
  let before = 0
  for (const view of views) {
    // Only what is learned from is looked at in more than one way.
    const isWhole = view === wholeView
    const items = [...entries.train, ...(isWhole ? wholeOnly : [])].map((entry) => ({
      entry,
      file: join(job.imageFolder, entry.path),
      contentHash: entry.contentHash,
    }))
    const isShared = isBackboneFrozen(job.recipe)
    const cache = isShared ? await openSessionCache(session, view) : createPassingCache()
    try {
      const known = items.filter(({ contentHash }) => cache.get(contentHash) !== undefined).length
      // What is known comes at once and says nothing about how fast the rest will be.
      const progress = createProgress({ phase: 'caching-features', total, done: before + known, now: world.now })
      let done = 0
      const read = readerOf(session, { view, pictures })
      const options = { cache, read, batchSize: inferenceBatchSize(preprocessing.cropPx), signal: world.signal }
      for await (const { results } of featuresThroughCache(session, items, options)) {
        world.signal.throwIfAborted()
        for (const { item, problem } of results) if (problem !== null) missing.note(item.entry.path, problem)
        done += results.length
        const event = done <= known ? null : progress.step(before + done)
        if (event) yield event
      }
      const width = headWidth(network)
      seen.push(collectFeatures(entries.train, cache, width))
      if (isWhole) {
        validation = collectFeatures(entries.validation, cache, width)
        labelled = collectGrouped(session, cache, width)
      }
    } finally {
      await cache.close()
    }
    before += items.length
  }
  yield* missing.takeWarnings()
  return { train: joinFeatures(seen), validation: validation ?? joinFeatures([]), labelled }
}

interface EntryItem {
  readonly entry: DatasetEntry
  readonly file: string
  readonly contentHash: string
}

/** Where they will be looked at again, whole images are kept for that: validation images as pixels, training images decoded. */
function readerOf(
  { job, preprocessing, readValidation }: Session,
  { view, pictures }: { readonly view: FeatureView; readonly pictures: KeptPictures | null },
): (item: EntryItem) => Promise<PixelResult> {
  return (item) => {
    if (isBackboneFrozen(job.recipe) || view !== wholeView) return readView(item, preprocessing, view)
    if (item.entry.split === 'validation') return readValidation(item)
    return pictures === null || item.entry.split === 'test'
      ? readPixels(item, preprocessing)
      : readPixelsThroughKept(item, preprocessing, pictures)
  }
}

function collectGrouped({ job, entries }: Session, cache: FeatureCache, width: number): GroupedFeatures | null {
  const { foldGroups, dataset } = job
  if (foldGroups === null) return null
  const groupOf = new Map(dataset.entries.map(({ imageId }, at) => [imageId, foldGroups[at] ?? at]))
  const found = Object.values(entries)
    .flat()
    .filter(({ contentHash }) => cache.get(contentHash) !== undefined)
  return {
    ...collectFeatures(found, cache, width),
    groups: found.map(({ imageId }) => groupOf.get(imageId) ?? 0),
  }
}

/** The features of everything below the output layer as the run began with it. */
export function openSessionCache(
  { job, identity, preprocessing, network }: Session,
  view: FeatureView = wholeView,
): Promise<FeatureCache> {
  return openHeadCache(network, job.featuresFolder, {
    key: featureKeyOf({ ...identity, preprocessing, view }),
    writer: job.runId,
  })
}

/** Of those that the cache has, in the order of the entries. */
export function collectFeatures(
  entries: readonly DatasetEntry[],
  cache: FeatureCache,
  width: number,
): LabelledFeatures {
  const found = entries.flatMap(({ contentHash, classIndex }) => {
    const feature = cache.get(contentHash)
    return feature ? [{ feature, classIndex }] : []
  })
  const values = new Float32Array(found.length * width)
  found.forEach(({ feature }, row) => values.set(feature, row * width))
  return { values, width, classIndices: found.map(({ classIndex }) => classIndex) }
}
