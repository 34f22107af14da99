import { join } from 'node:path'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { infer } from '../evaluation/infer.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { stageInput } from '../network/resnet.ts'
import { openFeatureCache } from './feature-cache.ts'
import type { FeatureCache } from './feature-cache.ts'
import type { LabelledFeatures } from './fit-head.ts'
import { createProgress } from './progress.ts'
import type { Session } from './session.ts'

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
  const width = widthOf(session)
  const cache = await openFeatureCache(job.featuresFolder, { key: keyOf(session), width, writer: job.runId })
  try {
    const wanted = [...entries.train, ...entries.validation]
    const items = wanted
      .filter(({ contentHash }) => cache.get(contentHash) === undefined)
      .map((entry) => ({ entry, file: join(job.imageFolder, entry.path), contentHash: entry.contentHash }))
    let done = wanted.length - items.length
    const progress = createProgress({ phase: 'caching-features', total: wanted.length, done, now: world.now })
    const options = {
      batchSize: inferenceBatchSize(preprocessing.cropPx),
      until: stageInput(network, 'head'),
      signal: world.signal,
    }
    for await (const { results } of infer(session, items, options)) {
      const fresh = new Map<string, Float32Array>()
      for (const { item, output, problem } of results) {
        if (problem === null) fresh.set(item.contentHash, output)
        else missing.note(item.entry.path, problem)
      }
      await cache.add(fresh)
      world.signal.throwIfAborted()
      done += results.length
      const event = progress.step(done)
      if (event) yield event
    }
    yield* missing.takeWarnings()
    const collect = (of: readonly DatasetEntry[]) => collectFeatures(of, cache, width)
    return { train: collect(entries.train), validation: collect(entries.validation) }
  } finally {
    await cache.close()
  }
}

function widthOf({ network }: Session): number {
  const head = network.nodes.find((node) => node.kind === 'dense')
  if (head?.kind !== 'dense') throw new Error('The network has no output layer.')
  return head.inFeatures
}

/** Everything that a feature depends on beside the file. */
function keyOf({ identity, preprocessing, backbone }: Session): unknown {
  const { recipe, device, threads, versions } = identity
  const start = backbone?.sha256 ?? `random ${recipe.seed}`
  return { start, architecture: recipe.architecture, preprocessing, device, threads, versions }
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
