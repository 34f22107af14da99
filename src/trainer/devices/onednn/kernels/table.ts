import * as tf from '@tensorflow/tfjs-core'
import { fusedKernels } from '../../fused-kernels.ts'
import type { KernelMaker } from '../kernel-maker.ts'
import { add, addRelu } from './add.ts'
import { batchMatMul } from './batch-mat-mul.ts'
import { batchNormTrainGrad } from './batch-norm-train-grad.ts'
import { batchNormTrain } from './batch-norm-train.ts'
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts'
import { conv2dBackpropInput } from './conv2d-backprop-input.ts'
import { conv2d, convAdd, fusedConv2d } from './conv2d.ts'
import { identity } from './identity.ts'
import { maxPoolGrad } from './max-pool-grad.ts'
import { maxPool } from './max-pool.ts'
import { mean } from './mean.ts'
import { multiply } from './multiply.ts'
import { relu, reluGrad } from './relu.ts'
import { sgdUpdate } from './sgd-update.ts'
import { logSoftmax, softmax } from './softmax.ts'
import { tile } from './tile.ts'

/** The kernels that the addon has, by name. */
export const kernelMakers: Readonly<Record<string, KernelMaker>> = {
  [tf.Add]: add,
  [tf.BatchMatMul]: batchMatMul,
  [tf.Conv2D]: conv2d,
  [tf.Conv2DBackpropFilter]: conv2dBackpropFilter,
  [tf.Conv2DBackpropInput]: conv2dBackpropInput,
  [tf.FusedConv2D]: fusedConv2d,
  [tf.Identity]: identity,
  [tf.LogSoftmax]: logSoftmax,
  [tf.MaxPool]: maxPool,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.Mean]: mean,
  [tf.Multiply]: multiply,
  [tf.Relu]: relu,
  [tf.Softmax]: softmax,
  [tf.Tile]: tile,
  [fusedKernels.addRelu]: addRelu,
  [fusedKernels.convAdd]: convAdd,
  [fusedKernels.batchNormTrain]: batchNormTrain,
  [fusedKernels.batchNormTrainGrad]: batchNormTrainGrad,
  [fusedKernels.reluGrad]: reluGrad,
  [fusedKernels.sgdUpdate]: sgdUpdate,
}
