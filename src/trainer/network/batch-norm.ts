import * as tf from '@tensorflow/tfjs-core'
import { fusedKernels } from '../devices/fused-kernels.ts'

/*
 * Batch normalisation with batch statistics, and the ReLU after it, as one kernel with a closed-form gradient (Ioffe and
 * Szegedy 2015). Where the device has none of its own, the compositions below are registered for it.
 */

type Vector = tf.Tensor1D

function rowsOf(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape.at(-1) ?? 1
  return tf.reshape(x, [x.size / channels, channels])
}

interface ForwardInputs {
  readonly x: tf.Tensor4D
  readonly gamma: Vector
  readonly beta: Vector
}

function composeForward({ x, gamma, beta }: ForwardInputs, epsilon: number, relu: boolean): tf.Tensor[] {
  return tf.tidy(() => {
    const rows = rowsOf(x)
    const mean = tf.mean<Vector>(rows, 0)
    const variance = tf.mean<Vector>(tf.square(tf.sub(rows, mean)), 0)
    const y = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon)
    return [relu ? tf.relu(y) : y, mean, variance, tf.rsqrt(tf.add(variance, epsilon))]
  })
}

interface GradInputs {
  readonly dy: tf.Tensor4D
  readonly x: tf.Tensor4D
  readonly gamma: Vector
  readonly mean: Vector
  readonly inverseDeviation: Vector
  /** The output, when a ReLU came after. */
  readonly y?: tf.Tensor4D
}

function composeGradient({ dy, x, gamma, mean, inverseDeviation, y }: GradInputs): tf.Tensor[] {
  return tf.tidy(() => {
    const rows = rowsOf(y === undefined ? dy : tf.mul(dy, tf.step(y)))
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
    kernelName: fusedKernels.batchNormTrain,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      composeForward(tensorsOf<ForwardInputs>(inputs), Number(attrs?.['epsilon']), attrs?.['relu'] === true),
  })
  tf.registerKernel({
    kernelName: fusedKernels.batchNormTrainGrad,
    backendName,
    kernelFunc: ({ inputs }) => composeGradient(tensorsOf<GradInputs>(inputs)),
  })
}

tf.registerGradient({
  kernelName: fusedKernels.batchNormTrain,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [true, true, false, true],
  gradFunc: (dys, saved, attrs) => {
    const [dy] = dys as [tf.Tensor]
    const [x, gamma, y, mean, inverseDeviation] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const relu = attrs['relu'] === true
    const gradients = tf
      .engine()
      .runKernel<tf.Tensor[]>(
        fusedKernels.batchNormTrainGrad,
        { dy, x, gamma, mean, inverseDeviation, ...(relu ? { y } : {}) },
        { relu },
      )
    const [dx, dgamma, dbeta] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor]
    // tfjs would hold all of a step's activations and gradients until its end; nobody asks for these again.
    tf.dispose([dy, x, y])
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta }
  },
})

export interface NormalisedBatch {
  /** After the ReLU, when there is one. */
  readonly y: tf.Tensor4D
  readonly mean: Vector
  /** Divided by the count, not by one less. */
  readonly biasedVariance: Vector
}

/** Normalises `x` [n, h, w, c] by its own mean and variance per channel. Differentiable in x, gamma and beta. */
export function batchNormTrain(
  inputs: { readonly x: tf.Tensor; readonly gamma: tf.Tensor; readonly beta: tf.Tensor },
  attributes: { readonly epsilon: number; readonly relu: boolean },
): NormalisedBatch {
  const backendName = tf.getBackend()
  // `getKernel` promises a kernel and yields undefined where there is none.
  const registered: tf.KernelConfig | undefined = tf.getKernel(fusedKernels.batchNormTrain, backendName)
  if (registered === undefined) registerCompositions(backendName)
  const outputs = tf.engine().runKernel<tf.Tensor[]>(fusedKernels.batchNormTrain, { ...inputs }, { ...attributes })
  const [y, mean, biasedVariance] = outputs as [tf.Tensor4D, Vector, Vector, Vector]
  return { y, mean, biasedVariance }
}
