import { join } from 'node:path'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import type { Split } from '../../shared/domain/split.ts'
import { infer, type Inferred } from '../evaluation/infer.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { summarize } from '../evaluation/summarize.ts'
import type { Sample } from '../evaluation/summarize.ts'
import { openSessionCache } from './cache-features.ts'
import type { FeatureCache } from './feature-cache.ts'
import { isBackboneFrozen } from './feature-key.ts'
import { featuresThroughCache, logitsOfFeatures } from './infer-through-cache.ts'
import { createProgress } from './progress.ts'
import type { Session } from './session.ts'

interface Item {
  readonly entry: DatasetEntry
  readonly file: string
  readonly contentHash: string
}

/**
 * How good the network is now on one split of the dataset. Given the cache of a frozen backbone's features, only images
 * that are not in it are decoded; all must still be there as they were.
 */
export async function* evaluateSplit(
  session: Session,
  split: Split,
  cache: FeatureCache | null = null,
): AsyncGenerator<TrainerEvent, Evaluation> {
  const { job, world, preprocessing, missing: register } = session
  const items = session.entries[split].map((entry): Item => ({
    entry,
    file: join(job.imageFolder, entry.path),
    contentHash: entry.contentHash,
  }))
  const options = { batchSize: inferenceBatchSize(preprocessing.cropPx), signal: world.signal }
  const batches =
    cache === null
      ? infer(session, items, { ...options, read: split === 'validation' ? session.readValidation : undefined })
      : featuresThroughCache(session, items, { ...options, cache, checksFiles: true })
  const progress = createProgress({ phase: 'evaluating', total: items.length, now: world.now })
  const outputs = new Map<Item, Inferred<Item>>()
  for await (const { results } of batches) {
    world.signal.throwIfAborted()
    for (const result of results) {
      outputs.set(result.item, result)
      if (result.problem !== null) register.note(result.item.entry.path, result.problem)
    }
    const event = progress.step(outputs.size)
    if (event) yield event
  }
  const inOrder = items.flatMap((item) => outputs.get(item) ?? [])
  return summarize({
    split,
    classes: job.dataset.classes,
    samples: await samplesOf(session, inOrder, { areFeatures: cache !== null }),
    missing: inOrder.flatMap(({ item, problem }) =>
      problem === null ? [] : [{ path: item.entry.path, reason: problem.message }],
    ),
  })
}

/** All features go through the output layer at once, in order, so that the bits do not depend on which were cached. */
async function samplesOf(
  session: Session,
  results: readonly Inferred<Item>[],
  { areFeatures }: { readonly areFeatures: boolean },
): Promise<Sample[]> {
  const read = results.flatMap(({ item, output }) => (output === null ? [] : [{ entry: item.entry, output }]))
  if (!areFeatures) return read.map(({ entry, output }) => ({ ...entry, logits: output }))
  const logits = await logitsOfFeatures(
    session,
    read.map(({ output }) => output),
  )
  return read.map(({ entry }, row) => ({ ...entry, logits: logits[row] ?? [] }))
}

/** Of every split that has images which can be read, but training, by the finished model. */
export async function* evaluateAll(session: Session): AsyncGenerator<TrainerEvent, Evaluation[]> {
  const finished = { ...session, preprocessing: session.finalPreprocessing }
  const cache = isBackboneFrozen(session.job.recipe) ? await openSessionCache(finished) : null
  try {
    const evaluations: Evaluation[] = []
    for (const split of ['validation', 'test'] as const) {
      if (session.entries[split].length === 0) continue
      const evaluation = yield* evaluateSplit(finished, split, cache)
      // Which images are gone is told; of none there is nothing to say.
      if (evaluation.imageCount === 0) continue
      evaluations.push(evaluation)
      yield { kind: 'evaluation', evaluation }
    }
    yield* session.missing.takeWarnings()
    return evaluations
  } finally {
    await cache?.close()
  }
}
