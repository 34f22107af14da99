import * as tf from '@tensorflow/tfjs-core'
import { fusedKernels } from './fused-kernels.ts'

export interface SgdTensors {
  readonly parameter: tf.Variable
  readonly gradient: tf.Tensor
  /** v of torch.optim.SGD; null without momentum. */
  readonly buffer: tf.Variable | null
}

export interface SgdNumbers {
  readonly learningRate: number
  readonly gradientScale: number
  readonly weightDecay: number
  readonly momentum: number
}

/**
 * One step of stochastic gradient descent as torch takes it, for one tensor: d = gradientScale * gradient + weightDecay *
 * parameter; with momentum v = momentum * v + d and d = v; parameter -= learningRate * d. By the device's own kernel
 * where it has one. For use within a tidy.
 */
export function sgdUpdate(tensors: SgdTensors, numbers: SgdNumbers): void {
  // `getKernel` promises a kernel and yields undefined where there is none.
  const kernel: tf.KernelConfig | undefined = tf.getKernel(fusedKernels.sgdUpdate, tf.getBackend())
  if (kernel === undefined) composeUpdate(tensors, numbers)
  else runFused(tensors, numbers)
}

function runFused({ parameter, gradient, buffer }: SgdTensors, numbers: SgdNumbers): void {
  const inputs = buffer === null ? { parameter, gradient } : { parameter, gradient, momentumBuffer: buffer }
  tf.engine().runKernel(fusedKernels.sgdUpdate, inputs, { ...numbers })
}

function composeUpdate({ parameter, gradient, buffer }: SgdTensors, numbers: SgdNumbers): void {
  const { learningRate, gradientScale, weightDecay, momentum } = numbers
  const scaled = gradientScale === 1 ? gradient : tf.mul(gradient, gradientScale)
  const pull = weightDecay === 1 ? parameter : tf.mul(parameter, weightDecay)
  const decayed = weightDecay === 0 ? scaled : tf.add(scaled, pull)
  if (buffer !== null) buffer.assign(tf.add(tf.mul(buffer, momentum), decayed))
  parameter.assign(tf.sub(parameter, tf.mul(buffer ?? decayed, learningRate)))
}
