import * as tf from '@tensorflow/tfjs-core'
import { fusedKernels } from '../../fused-kernels.ts'
import type { KernelMaker } from '../kernel-maker.ts'
import { batchNormTrainGrad } from './batch-norm-train-grad.ts'
import { batchNormTrain } from './batch-norm-train.ts'
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts'
import { conv2dBackpropInput } from './conv2d-backprop-input.ts'
import { conv2d, convAdd, fusedConv2d } from './conv2d.ts'
import { maxPoolGrad } from './max-pool-grad.ts'
import { addRelu, reluGrad } from './relu.ts'
import { sgdUpdate } from './sgd-update.ts'

/** The kernels that we have in WGSL, by name. */
export const kernelMakers: Readonly<Record<string, KernelMaker>> = {
  [tf.Conv2D]: conv2d,
  [tf.Conv2DBackpropFilter]: conv2dBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2dBackpropInput,
  [tf.FusedConv2D]: fusedConv2d,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [fusedKernels.addRelu]: addRelu,
  [fusedKernels.batchNormTrain]: batchNormTrain,
  [fusedKernels.batchNormTrainGrad]: batchNormTrainGrad,
  [fusedKernels.convAdd]: convAdd,
  [fusedKernels.reluGrad]: reluGrad,
  [fusedKernels.sgdUpdate]: sgdUpdate,
}
