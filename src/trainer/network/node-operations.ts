import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { fusedKernels } from '../devices/fused-kernels.ts'
import { batchNormTrain } from './batch-norm.ts'
import { foldFilter, scaleAndShift } from './folded-filters.ts'
import type { FoldedFilter, FoldedFilters } from './folded-filters.ts'
import type { Step } from './fusion.ts'
import type { BatchNormNode, ConvNode, MaxPoolNode } from './graph.ts'
import { parameterOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'

type Padding = [[number, number], [number, number], [number, number], [number, number]]

function paddingOf({ paddingPx }: ConvNode): Padding {
  const side: [number, number] = [paddingPx, paddingPx]
  return [[0, 0], side, side, [0, 0]]
}

function convolve(node: ConvNode, parameters: Parameters, x: tf.Tensor): tf.Tensor {
  const filter = parameterOf(parameters, `${node.name}.weight`) as tf.Tensor4D
  return tf.conv2d(x as tf.Tensor4D, filter, node.stride, paddingOf(node))
}

/** Padding never wins: the kernels of every backend look at pixels inside the image only. */
function maxPool(node: MaxPoolNode, x: tf.Tensor): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, node.kernelPx, node.stride, node.paddingPx)
}

function addAndRelu(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  // `getKernel` promises a kernel and yields undefined where there is none.
  const kernel: tf.KernelConfig | undefined = tf.getKernel(fusedKernels.addRelu, tf.getBackend())
  return kernel === undefined ? tf.relu(tf.add(a, b)) : tf.engine().runKernel(fusedKernels.addRelu, { a, b })
}

function normaliseByStatistics(node: BatchNormNode, parameters: Parameters, x: tf.Tensor): tf.Tensor {
  const { scale, shift } = scaleAndShift(node, parameters)
  return tf.add(tf.mul(x, scale), shift)
}

interface FoldedConvolution extends FoldedFilter {
  readonly node: ConvNode
  readonly relu: boolean
}

function attributesOf({ node, relu }: FoldedConvolution) {
  return {
    strides: [node.stride, node.stride],
    pad: paddingOf(node),
    dataFormat: 'NHWC',
    dilations: [1, 1],
    activation: relu ? 'relu' : 'linear',
  }
}

/** Convolution, normalisation by the running statistics and ReLU in one pass. */
function convolveFolded(convolution: FoldedConvolution, x: tf.Tensor): tf.Tensor {
  const { filter, bias } = convolution
  // The kernel itself, because `tf.fused.conv2d` takes itself apart wherever gradients are recorded.
  return tf.engine().runKernel(tf.FusedConv2D, { x, filter, bias }, attributesOf(convolution))
}

/** The same with the addition of a residual before the ReLU. */
function convolveAndAdd(
  convolution: FoldedConvolution,
  x: tf.Tensor,
  { residual, isLastUse }: { readonly residual: tf.Tensor; readonly isLastUse: boolean },
): tf.Tensor {
  const { filter, bias, relu } = convolution
  const kernel: tf.KernelConfig | undefined = tf.getKernel(fusedKernels.convAdd, tf.getBackend())
  if (kernel === undefined) {
    const y = convolveFolded({ ...convolution, relu: false }, x)
    return relu ? addAndRelu(y, residual) : tf.add(y, residual)
  }
  const attributes = { ...attributesOf(convolution), overwrites: isLastUse }
  return tf.engine().runKernel(fusedKernels.convAdd, { x, filter, bias, residual }, attributes)
}

/** What a batch says of a running mean or variance: running += share * (factor * fresh - running). */
export interface StatisticUpdate {
  readonly name: string
  readonly fresh: tf.Tensor
  readonly factor: number
  readonly share: number
}

/** Normalises by the statistics of the batch, towards which the running ones are to move as torch moves them. */
export function normaliseByBatch(
  { node, relu }: { readonly node: BatchNormNode; readonly relu: boolean },
  parameters: Parameters,
  x: tf.Tensor,
): { y: tf.Tensor; statistics: StatisticUpdate[] } {
  const count = x.size / node.channels
  if (count < 2) {
    throw new AppError(
      'bad-input',
      said`Batch normalisation of ${node.name} needs more than one value per channel: use larger images or more of them at once.`,
    )
  }
  const gamma = parameterOf(parameters, `${node.name}.weight`)
  const beta = parameterOf(parameters, `${node.name}.bias`)
  const { y, mean, biasedVariance } = batchNormTrain({ x, gamma, beta }, { epsilon: node.epsilon, relu })
  const update = (suffix: string, fresh: tf.Tensor, factor: number): StatisticUpdate => ({
    ...{ name: `${node.name}.${suffix}`, fresh, factor, share: node.momentum },
  })
  // Torch normalises by the biased variance and remembers the unbiased one.
  return {
    y,
    statistics: [update('running_mean', mean, 1), update('running_var', biasedVariance, count / (count - 1))],
  }
}

export interface InferStepOptions {
  /** Where they were folded before. */
  readonly folded?: FoldedFilters | undefined
  /** Nobody needs the last input after this step. */
  readonly isLastUse?: boolean
}

/** The output of a step in inference, and in training of every step but normalisation. */
export function inferStep(
  step: Step,
  parameters: Parameters,
  inputs: readonly tf.Tensor[],
  { folded, isLastUse = false }: InferStepOptions = {},
): tf.Tensor {
  const { node, norm, relu } = step
  const [x, other] = inputs as [tf.Tensor, tf.Tensor]
  switch (node.kind) {
    case 'conv': {
      if (norm === null) return convolve(node, parameters, x)
      const filter = folded?.get(node.name) ?? foldFilter(node, norm, parameters)
      const convolution = { ...filter, node, relu }
      if (step.residual === null) return convolveFolded(convolution, x)
      return convolveAndAdd(convolution, x, { residual: other, isLastUse })
    }
    case 'batchNorm': {
      const y = normaliseByStatistics(node, parameters, x)
      return relu ? tf.relu(y) : y
    }
    case 'relu':
      return tf.relu(x)
    case 'maxPool':
      return maxPool(node, x)
    case 'add':
      return relu ? addAndRelu(x, other) : tf.add(x, other)
    case 'globalAveragePool':
      return tf.mean(x, [1, 2])
    case 'dense': {
      const weight = parameterOf(parameters, `${node.name}.weight`)
      return tf.add(tf.matMul(x, weight), parameterOf(parameters, `${node.name}.bias`))
    }
  }
}
