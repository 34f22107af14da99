import * as tf from '@tensorflow/tfjs-core'
import type { Classifier } from '../evaluation/classifier.ts'
import { infer, type Inferred, type InferItem, type InferOptions } from '../evaluation/infer.ts'
import { readAhead } from '../evaluation/read-ahead.ts'
import { findProblem } from '../evaluation/read-pixels.ts'
import { forwardInfer } from '../network/forward.ts'
import type { Network } from '../network/graph.ts'
import { stageInput } from '../network/resnet.ts'
import { openFeatureCache, type FeatureCache } from './feature-cache.ts'

/** An item whose content is known: what the cache goes by. */
export type HashedItem = InferItem & { readonly contentHash: string }

export interface CachedInferOptions<I extends HashedItem = HashedItem> extends Pick<InferOptions<I>, 'read'> {
  readonly cache: FeatureCache
  readonly batchSize: number
  /** Also a file whose features are cached must still be there as it was: it is read, though not decoded. */
  readonly checksFiles?: boolean
  readonly signal: AbortSignal
}

/** The cache of what the output layer of a network sees. */
export function openHeadCache(
  network: Network,
  featuresFolder: string,
  options: { readonly key: unknown; readonly writer: string },
): Promise<FeatureCache> {
  return openFeatureCache(featuresFolder, { ...options, width: headWidth(network) })
}

export function headWidth({ nodes }: Network): number {
  const head = nodes.find((node) => node.kind === 'dense')
  if (head?.kind !== 'dense') throw new Error('The network has no output layer.')
  return head.inFeatures
}

/** Cached ones at once: a product of the output layer over so many rows takes a moment. */
const cachedBatchSize = 512

/**
 * What the output layer sees of each item. Those that are cached come first, of which no file is decoded; the others are
 * computed, and kept before they are given.
 */
export async function* featuresThroughCache<I extends HashedItem>(
  classifier: Classifier,
  items: readonly I[],
  { cache, read, batchSize, checksFiles = false, signal }: CachedInferOptions<I>,
): AsyncGenerator<{ readonly results: readonly Inferred<I>[] }, void, undefined> {
  const { known = [], unknown = [] } = Object.groupBy(items, ({ contentHash }) =>
    cache.get(contentHash) === undefined ? 'unknown' : 'known',
  )
  for (let at = 0; at < known.length; at += cachedBatchSize) {
    signal.throwIfAborted()
    const results: Inferred<I>[] = []
    const look = async (item: I) => ({ item, problem: checksFiles ? await findProblem(item) : null })
    const looks = readAhead(known.slice(at, at + cachedBatchSize), look, { concurrency: 8, ahead: 16, signal })
    for await (const { item, problem } of looks) {
      const output = cache.get(item.contentHash)
      if (problem !== null) results.push({ item, output: null, problem })
      else if (output !== undefined) results.push({ item, output, problem: null })
    }
    yield { results }
  }
  const until = stageInput(classifier.network, 'head')
  for await (const { results } of infer(classifier, unknown, { batchSize, until, read, signal })) {
    const fresh = results.flatMap(({ item, output }) => (output === null ? [] : [[item.contentHash, output] as const]))
    await cache.add(new Map(fresh))
    yield { results }
  }
}

/** The logits of each item, by way of its features. */
export async function* inferThroughCache<I extends HashedItem>(
  classifier: Classifier,
  items: readonly I[],
  options: CachedInferOptions<I>,
): AsyncGenerator<{ readonly results: readonly Inferred<I>[] }, void, undefined> {
  for await (const { results } of featuresThroughCache(classifier, items, options)) {
    const logits = await logitsOfFeatures(
      classifier,
      results.flatMap(({ output }) => (output === null ? [] : [output])),
    )
    const inOrder = logits.values()
    yield {
      results: results.map((result): Inferred<I> => {
        if (result.output === null) return result
        return { ...result, output: inOrder.next().value ?? new Float32Array() }
      }),
    }
  }
}

/** Runs the output layer alone. */
export async function logitsOfFeatures(
  { network, parameters }: Classifier,
  features: readonly Float32Array[],
): Promise<Float32Array[]> {
  if (features.length === 0) return []
  const width = headWidth(network)
  const values = new Float32Array(features.length * width)
  features.forEach((feature, row) => values.set(feature, row * width))
  const output = tf.tidy(() => {
    const x = tf.tensor2d(values, [features.length, width])
    return forwardInfer(network, parameters, x, { from: stageInput(network, 'head') })
  })
  try {
    const logits = await output.data<'float32'>()
    const { classCount } = network
    return features.map((_, row) => logits.slice(row * classCount, (row + 1) * classCount))
  } finally {
    output.dispose()
  }
}
