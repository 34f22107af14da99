import { availableParallelism } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { disposeFolded, foldFilters } from '../network/folded-filters.ts'
import type { NodeId } from '../network/graph.ts'
import { forwardPixels, type Classifier } from './classifier.ts'
import { readAhead } from './read-ahead.ts'
import { readPixels, type PixelProblem, type PixelResult } from './read-pixels.ts'

export interface InferItem {
  /** Absolute path. */
  readonly file: string
  /** Where given, a file with other content is a problem, not a result. */
  readonly contentHash: string | null
}

/** The network's output for one item, or why there is none. `item` is the very object that was given. */
export type Inferred<I extends InferItem> =
  | { readonly item: I; readonly output: Float32Array; readonly problem: null }
  | { readonly item: I; readonly output: null; readonly problem: PixelProblem }

export interface InferredBatch<I extends InferItem> {
  /** In the order of the items. */
  readonly results: readonly Inferred<I>[]
  /** Of one output: [classes] for logits, [height, width, channels] for most other nodes; empty without any. */
  readonly outputShape: readonly number[]
}

export interface InferOptions<I extends InferItem = InferItem> {
  /** Images on the device at once. */
  readonly batchSize: number
  /** Ends at this node, for features; without it the outputs are logits. */
  readonly until?: NodeId | undefined
  /** As test images unless something else is given. */
  readonly read?: ((item: I) => Promise<PixelResult>) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the network in inference mode over files, batch by batch, decoding ahead. All batches have the same shape: the
 * last one is filled up with blanks where the items do not go into equal ones.
 */
export async function* infer<I extends InferItem>(
  classifier: Classifier,
  items: readonly I[],
  { batchSize, until, read: readItem = (item) => readPixels(item, classifier.preprocessing), signal }: InferOptions<I>,
): AsyncGenerator<InferredBatch<I>, void, undefined> {
  // As few batches as there can be, and as little to fill up in the last one.
  const slots = Math.ceil(items.length / Math.max(1, Math.ceil(items.length / batchSize)))
  const read = async (item: I) => ({ item, pixels: await readItem(item) })
  const reads = readAhead(items, read, {
    // The device keeps the main thread busy, and reading a file takes several turns: many are under way at once.
    concurrency: Math.max(slots, availableParallelism()),
    ahead: 2 * slots,
    signal,
  })
  if (items.length === 0) return
  const folded = foldFilters(classifier.network, classifier.parameters)
  try {
    let batch: ReadItem<I>[] = []
    for await (const next of reads) {
      batch.push(next)
      if (readableIn(batch).length < slots) continue
      // Messages, such as the one that asks to stop, come in between two batches only.
      await turn()
      signal?.throwIfAborted()
      yield await runBatch({ ...classifier, folded }, batch, { slots, until })
      batch = []
    }
    if (batch.length > 0) yield await runBatch({ ...classifier, folded }, batch, { slots, until })
  } finally {
    disposeFolded(folded)
  }
}

interface ReadItem<I> {
  readonly item: I
  readonly pixels: PixelResult
}

function readableIn<I>(batch: readonly ReadItem<I>[]): Uint8Array[] {
  return batch.flatMap(({ pixels }) => (pixels.problem === null ? [pixels.values] : []))
}

async function runBatch<I extends InferItem>(
  classifier: Classifier,
  batch: readonly ReadItem<I>[],
  options: { readonly slots: number; readonly until: NodeId | undefined },
): Promise<InferredBatch<I>> {
  const images = readableIn(batch)
  const { outputs, shape } =
    images.length === 0 ? { outputs: [], shape: [] } : await forwardPixels(classifier, images, options)
  const inOrder = outputs.values()
  const results = batch.map(({ item, pixels }): Inferred<I> => {
    if (pixels.problem !== null) return { item, output: null, problem: pixels.problem }
    return { item, output: inOrder.next().value ?? new Float32Array(), problem: null }
  })
  return { results, outputShape: shape }
}
