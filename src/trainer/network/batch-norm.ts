import * as tf from '@tensorflow/tfjs-core'

/**
 * Batch normalisation with batch statistics as one kernel with a closed-form gradient (Ioffe and Szegedy 2015). Devices
 * may register a fused kernel under these names; where none does, the composition below is registered.
 *
 * Forward: {x [n, h, w, c], gamma [c], beta [c]}, {epsilon} to [y, mean, biased variance, inverse deviation].
 * Gradient: {dy, x, gamma, mean, inverseDeviation} to [dx, dgamma, dbeta].
 */
export const batchNormKernel = 'AthanorBatchNormTrain'
export const batchNormGradKernel = 'AthanorBatchNormTrainGrad'

type Vector = tf.Tensor1D

function rowsOf(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape.at(-1) ?? 1
  return tf.reshape(x, [x.size / channels, channels])
}

function composeForward(x: tf.Tensor4D, gamma: Vector, beta: Vector, epsilon: number): tf.Tensor[] {
  return tf.tidy(() => {
    const rows = rowsOf(x)
    const mean = tf.mean<Vector>(rows, 0)
    const variance = tf.mean<Vector>(tf.square(tf.sub(rows, mean)), 0)
    const y = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon)
    return [y, mean, variance, tf.rsqrt(tf.add(variance, epsilon))]
  })
}

interface GradInputs {
  readonly dy: tf.Tensor4D
  readonly x: tf.Tensor4D
  readonly gamma: Vector
  readonly mean: Vector
  readonly inverseDeviation: Vector
}

function composeGradient({ dy, x, gamma, mean, inverseDeviation }: GradInputs): tf.Tensor[] {
  return tf.tidy(() => {
    const rows = rowsOf(dy)
    const count = rows.shape[0]
    const normalised = tf.mul(tf.sub(rowsOf(x), mean), inverseDeviation)
    const dbeta = tf.sum<Vector>(rows, 0)
    const dgamma = tf.sum<Vector>(tf.mul(rows, normalised), 0)
    const centred = tf.sub(rows, tf.add(tf.div(dbeta, count), tf.mul(normalised, tf.div(dgamma, count))))
    const dx = tf.reshape(tf.mul(centred, tf.mul(gamma, inverseDeviation)), dy.shape)
    return [dx, dgamma, dbeta]
  })
}

/** Kernels are handed the tensors that their caller gave, typed as the less that most kernels need. */
function tensorsOf<T>(inputs: tf.NamedTensorInfoMap): T {
  return inputs as unknown as T
}

function registerCompositions(backendName: string): void {
  tf.registerKernel({
    kernelName: batchNormKernel,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, gamma, beta } = tensorsOf<{ x: tf.Tensor4D; gamma: Vector; beta: Vector }>(inputs)
      return composeForward(x, gamma, beta, Number(attrs?.['epsilon']))
    },
  })
  tf.registerKernel({
    kernelName: batchNormGradKernel,
    backendName,
    kernelFunc: ({ inputs }) => composeGradient(tensorsOf<GradInputs>(inputs)),
  })
}

tf.registerGradient({
  kernelName: batchNormKernel,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, false, true],
  gradFunc: (dys, saved) => {
    const [dy] = dys as [tf.Tensor]
    const [x, gamma, mean, inverseDeviation] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const gradients = tf.engine().runKernel<tf.Tensor[]>(batchNormGradKernel, { dy, x, gamma, mean, inverseDeviation })
    const [dx, dgamma, dbeta] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor]
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta }
  },
})

export interface NormalisedBatch {
  readonly y: tf.Tensor4D
  readonly mean: Vector
  /** Divided by the count, not by one less. */
  readonly biasedVariance: Vector
}

/** Normalises `x` [n, h, w, c] by its own mean and variance per channel. Differentiable in all three tensors. */
export function batchNormTrain(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): NormalisedBatch {
  const backendName = tf.getBackend()
  // `getKernel` promises a kernel and yields undefined where there is none.
  const registered: tf.KernelConfig | undefined = tf.getKernel(batchNormKernel, backendName)
  if (registered === undefined) registerCompositions(backendName)
  const outputs = tf.engine().runKernel<tf.Tensor[]>(batchNormKernel, { x, gamma, beta }, { epsilon })
  const [y, mean, biasedVariance] = outputs as [tf.Tensor4D, Vector, Vector, Vector]
  return { y, mean, biasedVariance }
}
