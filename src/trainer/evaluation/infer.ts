import { availableParallelism } from 'node:os'
import { tensor4d, tidy } from '@tensorflow/tfjs-core'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { forwardInfer } from '../network/forward.ts'
import type { Network, NodeId } from '../network/graph.ts'
import { normalisePixels } from './normalise-pixels.ts'
import { readAhead } from './read-ahead.ts'
import { readPixels, type PixelProblem } from './read-pixels.ts'

/** A network with its weights on the device, and how files become its input. */
export interface Classifier {
  readonly network: Network
  readonly parameters: Parameters<typeof forwardInfer>[1]
  readonly preprocessing: Preprocessing
}

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
  /** Of one output: [classes] for logits, [height, width, channels] for most other nodes. */
  readonly outputShape: readonly number[]
}

export interface InferOptions {
  /** Images on the device at once. */
  readonly batchSize: number
  /** Ends at this node, for features; without it the outputs are logits. */
  readonly until?: NodeId | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the network in inference mode over files, batch by batch, decoding ahead. All batches have the same shape (the
 * last one is filled up when it is not the only one), because devices cache programs and memory by shape.
 */
export async function* infer<I extends InferItem>(
  classifier: Classifier,
  items: readonly I[],
  { batchSize, until, signal }: InferOptions,
): AsyncGenerator<InferredBatch<I>, void, undefined> {
  const slots = Math.min(batchSize, Math.max(1, items.length))
  const reads = readAhead(items, async (item) => ({ item, pixels: await readPixels(item, classifier.preprocessing) }), {
    concurrency: Math.max(4, availableParallelism()),
    ahead: 2 * slots,
    signal,
  })
  let batch = createBatch<I>(classifier, slots)
  for await (const { item, pixels } of reads) {
    batch.add(item, pixels)
    if (!batch.isFull()) continue
    yield await runBatch(classifier, batch, until)
    batch = createBatch(classifier, slots)
  }
  if (batch.entries.length > 0) yield await runBatch(classifier, batch, until)
}

/** Items in order; `slot` counts only those whose pixels are in `input`. */
interface Batch<I extends InferItem> {
  readonly input: Float32Array
  readonly slots: number
  readonly entries: readonly { readonly item: I; readonly slot: number; readonly problem: PixelProblem | null }[]
  add(item: I, pixels: Awaited<ReturnType<typeof readPixels>>): void
  isFull(): boolean
}

function createBatch<I extends InferItem>({ preprocessing }: Classifier, slots: number): Batch<I> {
  const valuesPerImage = preprocessing.cropPx * preprocessing.cropPx * 3
  // A fresh array for each batch: some devices read it only when the tensor is first used.
  const input = new Float32Array(slots * valuesPerImage)
  const entries: Batch<I>['entries'][number][] = []
  let used = 0
  return {
    input,
    slots,
    entries,
    add(item, pixels) {
      if (pixels.problem !== null) {
        entries.push({ item, slot: -1, problem: pixels.problem })
        return
      }
      normalisePixels(pixels.values, preprocessing, input, used * valuesPerImage)
      entries.push({ item, slot: used, problem: null })
      used += 1
    },
    isFull: () => used === slots,
  }
}

async function runBatch<I extends InferItem>(
  { network, parameters, preprocessing: { cropPx } }: Classifier,
  { input, slots, entries }: Batch<I>,
  until: NodeId | undefined,
): Promise<InferredBatch<I>> {
  if (entries.every((entry) => entry.problem !== null)) {
    return { results: entries.map(({ item, problem }) => failed(item, problem)), outputShape: [] }
  }
  const output = tidy(() =>
    forwardInfer(
      network,
      parameters,
      tensor4d(input, [slots, cropPx, cropPx, 3]),
      until === undefined ? {} : { until },
    ),
  )
  const values = await output.data<'float32'>()
  const outputShape = output.shape.slice(1)
  output.dispose()
  const size = outputShape.reduce((product, side) => product * side, 1)
  return {
    outputShape,
    results: entries.map(({ item, slot, problem }) =>
      problem === null
        ? { item, output: values.slice(slot * size, (slot + 1) * size), problem: null }
        : failed(item, problem),
    ),
  }
}

function failed<I extends InferItem>(item: I, problem: PixelProblem | null): Inferred<I> {
  return { item, output: null, problem: problem ?? { kind: 'unreadable', message: `${item.file} was not read` } }
}
