import * as tf from '@tensorflow/tfjs-core'
import { runKernel } from './devices.ts'
import type { Drawn } from './same-numbers.ts'

export type Shape4D = [number, number, number, number]
export type Padding = [[number, number], [number, number], [number, number], [number, number]]

export function paddingOf(top: number, bottom: number, left: number, right: number): Padding {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
}

export interface ConvolutionShapes {
  readonly inputShape: Shape4D
  readonly filterShape: Shape4D
  readonly strides: [number, number]
  readonly pad: Padding
}

/** A convolution and both its gradients. */
export function convolved(given: Drawn, { inputShape, filterShape, strides, pad }: ConvolutionShapes): tf.Tensor[] {
  const attrs = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor', dilations: [1, 1] }
  const x = given<tf.Rank.R4>(inputShape, 1)
  const filter = given<tf.Rank.R4>(filterShape, 2)
  const y = tf.conv2d(x, filter, strides, pad, 'NHWC', 1, 'floor')
  const dy = given<tf.Rank.R4>(y.shape, 3)
  return [
    y,
    ...runKernel(tf.Conv2DBackpropInput, { dy, filter }, { ...attrs, inputShape }),
    ...runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attrs, filterShape }),
  ]
}
