import * as tf from '@tensorflow/tfjs-core'
import { fusedKernels } from './fused-kernels.ts'

type GradFunc = tf.GradConfig['gradFunc']
type SavedGradient = (dy: tf.Tensor, saved: readonly tf.Tensor[], attrs: tf.NamedAttrMap) => ReturnType<GradFunc>

/** Which inputs and outputs of the kernel its gradient needs. */
interface Saved {
  readonly inputs?: string[]
  readonly outputs?: boolean[]
}

/** The bundle of tfjs-core that Node loads has no gradients registered; these are the ones that training uses. */
export function registerGradients(): void {
  for (const config of gradients) if (tf.getGradient(config.kernelName) == null) tf.registerGradient(config)
}

function gradientOf(kernelName: string, saved: Saved, func: SavedGradient): tf.GradConfig {
  const gradFunc: GradFunc = (dy, tensors, attrs) => func(singleOf(dy), tensors, attrs)
  return { kernelName, inputsToSave: saved.inputs ?? [], outputsToSave: saved.outputs ?? [], gradFunc }
}

function singleOf(dy: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(dy) ? at(dy, 0) : dy
}

function at(tensors: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index]
  if (tensor === undefined) throw new Error(`A gradient misses its saved tensor ${index}`)
  return tensor
}

function runKernel(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor {
  return singleOf(tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs))
}

/** Sums a gradient over the axes along which its operand of `shape` was broadcast. */
function reducedTo(shape: readonly number[], gradient: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape)
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, [...shape])
}

/** Brings the gradient of a reduction back to the rank of its input, with 1 along the reduced axes. */
function withReducedAxes(dy: tf.Tensor, shape: readonly number[], axis: unknown): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis == null ? shape.map((_, index) => index) : axisOf(axis), [...shape])
  return tf.reshape(
    dy,
    shape.map((size, index) => (axes.includes(index) ? 1 : size)),
  )
}

function axisOf(axis: unknown): number | number[] {
  if (typeof axis === 'number') return axis
  if (Array.isArray(axis)) return axis.map(Number)
  throw new Error('A reduction has no axis')
}

/**
 * A gradient that is the last to need what it was given. tfjs would hold all activations and gradients of a step until its
 * end; where each is freed as it is used, its tensors take a quarter less memory.
 */
function last(needed: readonly tf.Tensor[], gradient: tf.Tensor): tf.Tensor {
  tf.dispose([...needed])
  return gradient
}

/** dy where y > 0; by the device's own kernel where it has one. */
function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (tf.getKernel(fusedKernels.reluGrad, tf.getBackend()) == null) return tf.mul(dy, tf.step(y))
  return runKernel(fusedKernels.reluGrad, { dy, y })
}

const gradients: readonly tf.GradConfig[] = [
  gradientOf(tf.Add, { inputs: ['a', 'b'] }, (dy, saved) => ({
    a: () => reducedTo(at(saved, 0).shape, dy),
    b: () => reducedTo(at(saved, 1).shape, dy),
  })),
  gradientOf(tf.Sub, { inputs: ['a', 'b'] }, (dy, saved) => ({
    a: () => reducedTo(at(saved, 0).shape, dy),
    b: () => tf.neg(reducedTo(at(saved, 1).shape, dy)),
  })),
  gradientOf(tf.Multiply, { inputs: ['a', 'b'] }, (dy, saved) => ({
    a: () => reducedTo(at(saved, 0).shape, tf.mul(dy, at(saved, 1))),
    b: () => reducedTo(at(saved, 1).shape, tf.mul(dy, at(saved, 0))),
  })),
  gradientOf(tf.RealDiv, { inputs: ['a', 'b'] }, (dy, saved) => ({
    a: () => reducedTo(at(saved, 0).shape, tf.div(dy, at(saved, 1))),
    b: () => reducedTo(at(saved, 1).shape, tf.neg(tf.div(tf.mul(dy, at(saved, 0)), tf.square(at(saved, 1))))),
  })),
  gradientOf(tf.Neg, {}, (dy) => ({ x: () => tf.neg(dy) })),
  gradientOf(tf.Square, { inputs: ['x'] }, (dy, saved) => ({ x: () => tf.mul(dy, tf.mul(at(saved, 0), 2)) })),
  gradientOf(tf.Sqrt, { outputs: [true] }, (dy, saved) => ({ x: () => tf.div(dy, tf.mul(at(saved, 0), 2)) })),
  gradientOf(tf.Rsqrt, { outputs: [true] }, (dy, saved) => ({
    x: () => tf.mul(dy, tf.mul(tf.pow(at(saved, 0), 3), -0.5)),
  })),
  gradientOf(tf.Exp, { outputs: [true] }, (dy, saved) => ({ x: () => tf.mul(dy, at(saved, 0)) })),
  gradientOf(tf.Log, { inputs: ['x'] }, (dy, saved) => ({ x: () => tf.div(dy, at(saved, 0)) })),
  gradientOf(tf.Identity, {}, (dy) => ({ x: () => tf.clone(dy) })),
  gradientOf(tf.Cast, {}, (dy) => ({ x: () => tf.clone(dy) })),
  gradientOf(tf.Reshape, { inputs: ['x'] }, (dy, saved) => ({ x: () => tf.reshape(dy, at(saved, 0).shape) })),
  gradientOf(tf.ExpandDims, { inputs: ['input'] }, (dy, saved) => ({
    input: () => tf.reshape(dy, at(saved, 0).shape),
  })),
  gradientOf(tf.Transpose, {}, (dy, _saved, attrs) => ({
    x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation([axisOf(attrs['perm'])].flat())),
  })),
  gradientOf(tf.Sum, { inputs: ['x'] }, (dy, saved, attrs) => ({
    x: () => {
      const { shape } = at(saved, 0)
      return tf.broadcastTo(withReducedAxes(dy, shape, attrs['axis']), shape)
    },
  })),
  gradientOf(tf.Mean, { inputs: ['x'] }, (dy, saved, attrs) => ({
    x: () => {
      const { shape, size } = at(saved, 0)
      return tf.broadcastTo(tf.mul(withReducedAxes(dy, shape, attrs['axis']), dy.size / size), shape)
    },
  })),
  gradientOf(tf.PadV2, { inputs: ['x'] }, (dy, saved, attrs) => ({
    x: () => {
      const paddings: unknown = attrs['paddings']
      if (!Array.isArray(paddings)) throw new Error('A padding has no amounts')
      return tf.slice(
        dy,
        paddings.map((pair: readonly number[]) => pair[0] ?? 0),
        at(saved, 0).shape,
      )
    },
  })),
  gradientOf(tf.Relu, { outputs: [true] }, (dy, saved) => ({ x: () => reluGradient(dy, at(saved, 0)) })),
  gradientOf(fusedKernels.addRelu, { outputs: [true] }, (dy, saved) => {
    const masked = last([dy, at(saved, 0)], reluGradient(dy, at(saved, 0)))
    return { a: () => masked, b: () => tf.clone(masked) }
  }),
  gradientOf(tf.Conv2D, { inputs: ['x', 'filter'] }, (dy, saved, attrs) => {
    const [x, filter] = [at(saved, 0), at(saved, 1)]
    return {
      x: () => runKernel(tf.Conv2DBackpropInput, { dy, filter }, { ...attrs, inputShape: x.shape }),
      // tfjs asks for it after that of x.
      filter: () =>
        last([x, dy], runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attrs, filterShape: filter.shape })),
    }
  }),
  gradientOf(tf.MaxPool, { inputs: ['x'], outputs: [true] }, (dy, saved, attrs) => {
    const [input, output] = [at(saved, 0), at(saved, 1)]
    return { x: () => last([dy, input, output], runKernel(tf.MaxPoolGrad, { dy, input, output }, attrs)) }
  }),
  gradientOf(tf.BatchMatMul, { inputs: ['a', 'b'] }, (dy, saved, attrs) => {
    const [a, b] = [at(saved, 0), at(saved, 1)]
    const [flipA, flipB] = [attrs['transposeA'] === true, attrs['transposeB'] === true]
    // With op(A) op(B) = Y: dop(A) = dY op(B)^T and dop(B) = op(A)^T dY; a flipped operand gets the transpose of that.
    return {
      a: () => (flipA ? tf.matMul(b, dy, flipB, true) : tf.matMul(dy, b, false, !flipB)),
      b: () => (flipB ? tf.matMul(dy, a, true, flipA) : tf.matMul(a, dy, !flipA, false)),
    }
  }),
  gradientOf(tf.Softmax, { outputs: [true] }, (dy, saved, attrs) => ({
    logits: () => {
      const y = at(saved, 0)
      const weighted = tf.mul(dy, y)
      return tf.sub(weighted, tf.mul(tf.sum(weighted, axisOf(attrs['dim']), true), y))
    },
  })),
  gradientOf(tf.LogSoftmax, { outputs: [true] }, (dy, saved, attrs) => ({
    logits: () => tf.sub(dy, tf.mul(tf.exp(at(saved, 0)), tf.sum(dy, axisOf(attrs['axis']), true))),
  })),
]
