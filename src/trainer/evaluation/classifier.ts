import { tensor4d, tidy, type Tensor } from '@tensorflow/tfjs-core'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { forwardInfer } from '../network/forward.ts'
import type { FoldedFilters } from '../network/folded-filters.ts'
import type { Network, NodeId } from '../network/graph.ts'
import type { Parameters } from '../network/parameters.ts'
import { normalisePixels } from './normalise-pixels.ts'

/** A network with its weights on the device, and how files become its input. */
export interface Classifier {
  readonly network: Network
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
  /** Of these parameters, where many batches are to come. */
  readonly folded?: FoldedFilters
}

export interface Outputs {
  /** One for each image, in order. */
  readonly outputs: readonly Float32Array[]
  /** Of one output: [classes] for logits, [height, width, channels] for most other nodes. */
  readonly shape: readonly number[]
}

export interface ForwardOptions {
  /** Images in the tensor; those beyond the given ones are blank, because devices cache programs and memory by shape. */
  readonly slots: number
  /** Ends at this node, for features; without it the outputs are logits. */
  readonly until?: NodeId | undefined
}

/** Runs the network in inference mode over pixels, each [cropPx, cropPx, 3] and 8 bits, at most `slots` of them. */
export async function forwardPixels(
  classifier: Classifier,
  images: readonly Uint8Array[],
  options: ForwardOptions,
): Promise<Outputs> {
  const output = forwardTensor(classifier, images, options)
  try {
    const values = await output.data<'float32'>()
    const shape = output.shape.slice(1)
    const size = shape.reduce((product, side) => product * side, 1)
    return { outputs: images.map((_, index) => values.slice(index * size, (index + 1) * size)), shape }
  } finally {
    output.dispose()
  }
}

/** The same as a tensor on the device, [slots, ...]; the caller disposes it. */
export function forwardTensor(
  { network, parameters, preprocessing, folded }: Classifier,
  images: readonly Uint8Array[],
  { slots, until }: ForwardOptions,
): Tensor {
  const { cropPx } = preprocessing
  const valuesPerImage = cropPx * cropPx * 3
  // A fresh array for each batch: some devices read it only when the tensor is first used.
  const input = new Float32Array(slots * valuesPerImage)
  images.forEach((values, index) => normalisePixels(values, preprocessing, input, index * valuesPerImage))
  return tidy(() => {
    const x = tensor4d(input, [slots, cropPx, cropPx, 3])
    return forwardInfer(network, parameters, x, until === undefined ? { folded } : { until, folded })
  })
}
