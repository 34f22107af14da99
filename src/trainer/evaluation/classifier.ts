import { add, mul, tensor4d, tidy, type Tensor } from '@tensorflow/tfjs-core'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { forwardInfer } from '../network/forward.ts'
import type { FoldedFilters } from '../network/folded-filters.ts'
import type { Network, NodeId } from '../network/graph.ts'
import type { Parameters } from '../network/parameters.ts'
import { stageInput } from '../network/resnet.ts'
import { mirrorPixels } from './mirror-pixels.ts'
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

/**
 * The same as a tensor on the device, [slots, ...]; the caller disposes it. What lies below the output layer's input has
 * places, which a mirror image has elsewhere: there the images are seen as they are.
 */
export function forwardTensor(
  classifier: Classifier,
  images: readonly Uint8Array[],
  { slots, until }: ForwardOptions,
): Tensor {
  const { network, parameters, preprocessing } = classifier
  const headInput = stageInput(network, 'head')
  if (preprocessing.seesMirrored !== true || (until !== undefined && until !== headInput)) {
    return see(classifier, images, { slots, until })
  }
  return tidy(() => {
    const asIs = see(classifier, images, { slots, until: headInput })
    const features = withMirrored(classifier, asIs, images)
    return until === undefined ? forwardInfer(network, parameters, features, { from: headInput }) : features
  })
}

/**
 * The output layer's input of both ways, [slots, features], for that of the images as they are. The layer is linear: its
 * logits of the mean are the mean of its logits.
 */
export function withMirrored(classifier: Classifier, asIs: Tensor, images: readonly Uint8Array[]): Tensor {
  const { network, preprocessing } = classifier
  const mirrored = images.map((image) => mirrorPixels(image, preprocessing.cropPx))
  const options = { slots: asIs.shape[0] ?? images.length, until: stageInput(network, 'head') }
  return tidy(() => mul(add(asIs, see(classifier, mirrored, options)), 0.5))
}

/** One way. */
function see(
  { network, parameters, preprocessing, folded }: Classifier,
  images: readonly Uint8Array[],
  { slots, until }: ForwardOptions,
): Tensor {
  const { cropPx } = preprocessing
  return tidy(() => {
    const x = tensor4d(inputOf(images, preprocessing, slots), [slots, cropPx, cropPx, 3])
    return forwardInfer(network, parameters, x, until === undefined ? { folded } : { until, folded })
  })
}

/** A fresh array for each batch: some devices read it only when the tensor is first used. */
function inputOf(images: readonly Uint8Array[], preprocessing: Preprocessing, slots: number): Float32Array {
  const valuesPerImage = preprocessing.cropPx ** 2 * 3
  const input = new Float32Array(slots * valuesPerImage)
  images.forEach((values, index) => normalisePixels(values, preprocessing, input, index * valuesPerImage))
  return input
}
