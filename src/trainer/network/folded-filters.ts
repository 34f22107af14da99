import * as tf from '@tensorflow/tfjs-core'
import { fuse } from './fusion.ts'
import type { BatchNormNode, ConvNode, Network } from './graph.ts'
import { parameterOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'

/** A filter that has taken up the normalisation behind it. */
export interface FoldedFilter {
  /** [height, width, in, out] */
  readonly filter: tf.Tensor
  /** [out] */
  readonly bias: tf.Tensor
}

/** By the name of the convolution. They hold while the parameters stay as they are. */
export type FoldedFilters = ReadonlyMap<string, FoldedFilter>

/** What normalisation by the running statistics multiplies with and adds, per channel. */
export function scaleAndShift(node: BatchNormNode, parameters: Parameters): { scale: tf.Tensor; shift: tf.Tensor } {
  const vector = (suffix: string): tf.Tensor => parameterOf(parameters, `${node.name}.${suffix}`)
  const scale = tf.mul(vector('weight'), tf.rsqrt(tf.add(vector('running_var'), node.epsilon)))
  return { scale, shift: tf.sub(vector('bias'), tf.mul(vector('running_mean'), scale)) }
}

export function foldFilter(node: ConvNode, norm: BatchNormNode, parameters: Parameters): FoldedFilter {
  const { scale, shift } = scaleAndShift(norm, parameters)
  return { filter: tf.mul(parameterOf(parameters, `${node.name}.weight`), scale), bias: shift }
}

/** All of a network, made once for many batches. Dispose them with `disposeFolded`. */
export function foldFilters(network: Network, parameters: Parameters): FoldedFilters {
  const folded = new Map<string, FoldedFilter>()
  tf.tidy(() => {
    for (const { node, norm } of fuse(network.nodes, { foldNorms: true })) {
      if (node.kind !== 'conv' || norm === null) continue
      const { filter, bias } = foldFilter(node, norm, parameters)
      folded.set(node.name, { filter: tf.keep(filter), bias: tf.keep(bias) })
    }
  })
  return folded
}

export function disposeFolded(folded: FoldedFilters): void {
  for (const { filter, bias } of folded.values()) tf.dispose([filter, bias])
}
