import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { batchNormTrain } from './batch-norm.ts'
import type { BatchNormNode, ConvNode, MaxPoolNode, NetworkNode } from './graph.ts'
import { parameterOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'

export function convolve(node: ConvNode, parameters: Parameters, x: tf.Tensor): tf.Tensor {
  const filter = parameterOf(parameters, `${node.name}.weight`) as tf.Tensor4D
  const side: [number, number] = [node.paddingPx, node.paddingPx]
  return tf.conv2d(x as tf.Tensor4D, filter, node.stride, [[0, 0], side, side, [0, 0]])
}

/** Padding never wins: the kernels of every backend look at pixels inside the image only. */
export function maxPool(node: MaxPoolNode, x: tf.Tensor): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, node.kernelPx, node.stride, node.paddingPx)
}

/** By the running statistics. */
export function normaliseByStatistics(node: BatchNormNode, parameters: Parameters, x: tf.Tensor): tf.Tensor {
  const vector = (suffix: string): tf.Tensor1D => parameterOf(parameters, `${node.name}.${suffix}`) as tf.Tensor1D
  const [mean, variance] = [vector('running_mean'), vector('running_var')]
  return tf.batchNorm4d(x as tf.Tensor4D, mean, variance, vector('bias'), vector('weight'), node.epsilon)
}

/** What a running mean or variance becomes. */
export interface StatisticUpdate {
  readonly name: string
  readonly value: tf.Tensor
}

/** By the statistics of the batch; the running ones move towards them as torch moves them. */
export function normaliseByBatch(
  node: BatchNormNode,
  parameters: Parameters,
  x: tf.Tensor,
): { y: tf.Tensor; statistics: StatisticUpdate[] } {
  const count = x.size / node.channels
  if (count < 2) {
    throw new AppError(
      'bad-input',
      `Batch normalisation of ${node.name} needs more than one value per channel: use larger images or more than one image at once.`,
    )
  }
  const gamma = parameterOf(parameters, `${node.name}.weight`)
  const beta = parameterOf(parameters, `${node.name}.bias`)
  const { y, mean, biasedVariance } = batchNormTrain(x as tf.Tensor4D, gamma, beta, node.epsilon)
  const moved = (suffix: string, fresh: tf.Tensor, scale: number): StatisticUpdate => {
    const name = `${node.name}.${suffix}`
    const running = parameterOf(parameters, name)
    const value = tf.add(tf.mul(running, 1 - node.momentum), tf.mul(fresh, node.momentum * scale))
    return { name, value }
  }
  // Torch normalises by the biased variance and remembers the unbiased one.
  return { y, statistics: [moved('running_mean', mean, 1), moved('running_var', biasedVariance, count / (count - 1))] }
}

/** The output of a node in inference; batch normalisation goes by the running statistics. */
export function inferNode(node: NetworkNode, parameters: Parameters, inputs: readonly tf.Tensor[]): tf.Tensor {
  const [x, other] = inputs as [tf.Tensor, tf.Tensor]
  switch (node.kind) {
    case 'conv':
      return convolve(node, parameters, x)
    case 'batchNorm':
      return normaliseByStatistics(node, parameters, x)
    case 'relu':
      return tf.relu(x)
    case 'maxPool':
      return maxPool(node, x)
    case 'add':
      return tf.add(x, other)
    case 'globalAveragePool':
      return tf.mean(x, [1, 2])
    case 'dense': {
      const weight = parameterOf(parameters, `${node.name}.weight`)
      return tf.add(tf.matMul(x, weight), parameterOf(parameters, `${node.name}.bias`))
    }
  }
}
