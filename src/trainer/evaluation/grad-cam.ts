import * as tf from '@tensorflow/tfjs-core'
import { forwardInfer } from '../network/forward.ts'
import type { DenseNode, Network, NodeId } from '../network/graph.ts'
import { parameterOf } from '../network/parameters.ts'
import { forwardTensor, withMirrored, type Classifier } from './classifier.ts'
import { indexOfLargest } from './probabilities.ts'

export interface GradCam {
  readonly logits: Float32Array
  /** Index of the class that the map is about. */
  readonly explained: number
  /** Rows from the top over the network's input, 1 where the class was seen most; all 0 where nothing speaks for it. */
  readonly rows: readonly (readonly number[])[]
}

/**
 * The logits of one picture and where the last stage saw a class (Grad-CAM, Selvaraju et al. 2017), in the picture as it
 * is. The gradient of a logit by an activation of that stage is, behind a global average and one dense layer, the class's
 * weight over the number of positions: no backward pass. Without a class it explains the most likely one.
 */
export async function gradCam(classifier: Classifier, pixels: Uint8Array, explained: number | null): Promise<GradCam> {
  const { network, parameters, preprocessing } = classifier
  const { dense, lastStage } = headOf(network)
  const activations = forwardTensor(classifier, [pixels], { slots: 1, until: lastStage }) as tf.Tensor4D
  try {
    const logits = await valuesOf(() => {
      const asIs = forwardInfer(network, parameters, activations, { from: lastStage, until: dense.input })
      const seen = preprocessing.seesMirrored === true ? withMirrored(classifier, asIs, [pixels]) : asIs
      return forwardInfer(network, parameters, seen, { from: dense.input })
    })
    const index = explained ?? indexOfLargest(logits)
    const [, height, width, channels] = activations.shape
    const map = await valuesOf(() => {
      const weights = tf.slice(parameterOf(parameters, `${dense.name}.weight`), [0, index], [channels, 1])
      const gradient = tf.div(weights, height * width)
      return tf.relu(tf.matMul(tf.reshape(activations, [height * width, channels]), gradient))
    })
    const largest = map.reduce((most, value) => Math.max(most, value), 0)
    const shares = Array.from(map, (value) => (largest > 0 ? Math.min(1, value / largest) : 0))
    const rows = Array.from({ length: height }, (_, row) => shares.slice(row * width, (row + 1) * width))
    return { logits, explained: index, rows }
  } finally {
    activations.dispose()
  }
}

/** The output layer, and the node whose activations are averaged for it. */
function headOf({ nodes }: Network): { readonly dense: DenseNode; readonly lastStage: NodeId } {
  const dense = nodes.find((node) => node.kind === 'dense')
  const pool = nodes.find((node) => node.kind === 'globalAveragePool')
  if (dense?.kind !== 'dense' || pool?.kind !== 'globalAveragePool' || dense.input !== pool.id) {
    throw new Error('The network does not end in a global average and one dense layer.')
  }
  return { dense, lastStage: pool.input }
}

async function valuesOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const result = tf.tidy(compute)
  try {
    return await result.data<'float32'>()
  } finally {
    result.dispose()
  }
}
