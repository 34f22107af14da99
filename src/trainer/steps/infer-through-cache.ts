import * as tf from '@tensorflow/tfjs-core'
import type { Classifier } from '../evaluation/classifier.ts'
import { infer, type Inferred, type InferItem } from '../evaluation/infer.ts'
import { forwardInfer } from '../network/forward.ts'
import type { Network } from '../network/graph.ts'
import { stageInput } from '../network/resnet.ts'
import { openFeatureCache, type FeatureCache } from './feature-cache.ts'

/** An item whose content is known: what the cache goes by. */
export type HashedItem = InferItem & { readonly contentHash: string }

export interface CachedInferOptions {
  readonly cache: FeatureCache
  readonly batchSize: number
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
 * What the output layer sees of each item. Those that are cached come first and no file of them is read; the others are
 * computed, and kept before they are given.
 */
export async function* featuresThroughCache<I extends HashedItem>(
  classifier: Classifier,
  items: readonly I[],
  { cache, batchSize, signal }: CachedInferOptions,
): AsyncGenerator<{ readonly results: readonly Inferred<I>[] }, void, undefined> {
  const { known = [], unknown = [] } = Object.groupBy(items, ({ contentHash }) =>
    cache.get(contentHash) === undefined ? 'unknown' : 'known',
  )
  for (let at = 0; at < known.length; at += cachedBatchSize) {
    signal.throwIfAborted()
    const results = known.slice(at, at + cachedBatchSize).flatMap((item): Inferred<I>[] => {
      const output = cache.get(item.contentHash)
      return output === undefined ? [] : [{ item, output, problem: null }]
    })
    yield { results }
  }
  const until = stageInput(classifier.network, 'head')
  for await (const { results } of infer(classifier, unknown, { batchSize, until, signal })) {
    const fresh = results.flatMap(({ item, output }) => (output === null ? [] : [[item.contentHash, output] as const]))
    await cache.add(new Map(fresh))
    yield { results }
  }
}

/** The logits of each item, by way of its features. */
export async function* inferThroughCache<I extends HashedItem>(
  classifier: Classifier,
  items: readonly I[],
  options: CachedInferOptions,
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
