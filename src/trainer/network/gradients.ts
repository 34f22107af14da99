import * as tf from '@tensorflow/tfjs-core'

/**
 * Gradients of the kernels that the network and its loss are made of. tfjs-core ships gradients as bundler-only modules
 * that Node cannot load, and the package that bundles them brings layers, data and WebGL along; this closed set is all
 * that training needs. Import this file for its effect wherever gradients are taken.
 */
type Gradients = Record<string, () => tf.Tensor>

interface Backward {
  readonly dy: tf.Tensor
  readonly saved: readonly tf.Tensor[]
  readonly attrs: tf.NamedAttrMap
}

interface Definition {
  readonly inputsToSave?: string[]
  readonly outputsToSave?: boolean[]
  readonly gradient: (backward: Backward) => Gradients
}

/** The gradient of an operand that was broadcast is summed over what it was broadcast along. */
function unbroadcast(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape)
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape)
}

function axesOf(attribute: tf.Attribute | undefined, rank: number): number[] {
  return tf.util.parseAxisParam(attribute as number | number[], new Array<number>(rank).fill(1))
}

/** A reduced tensor spread over the shape that it was reduced from. */
function spread(dy: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape))
}

/** Both operands, for kernels of two that broadcast. */
function ofPair(
  gradient: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => [() => tf.Tensor, () => tf.Tensor],
): Definition {
  return {
    inputsToSave: ['a', 'b'],
    gradient: ({ dy, saved }) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor]
      const [da, db] = gradient(dy, a, b)
      return { a: () => unbroadcast(da(), a.shape), b: () => unbroadcast(db(), b.shape) }
    },
  }
}

/** For kernels of one operand; `value` is the saved input or output. */
function ofOne(saves: 'input' | 'output', gradient: (dy: tf.Tensor, value: tf.Tensor) => tf.Tensor): Definition {
  return {
    ...(saves === 'input' ? { inputsToSave: ['x'] } : { outputsToSave: [true] }),
    gradient: ({ dy, saved }) => ({ x: () => gradient(dy, saved[0] as tf.Tensor) }),
  }
}

function matMulGradient({ dy, saved, attrs }: Backward): Gradients {
  const [a, b] = saved as [tf.Tensor, tf.Tensor]
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }
  const da = (): tf.Tensor => (transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB))
  const db = (): tf.Tensor => (transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false))
  return { a: da, b: db }
}

function convGradient({ dy, saved, attrs }: Backward): Gradients {
  const [x, filter] = saved as [tf.Tensor, tf.Tensor]
  const { strides, pad, dataFormat } = attrs as Record<string, tf.Attribute>
  const common = { strides, pad, dataFormat } as tf.NamedAttrMap
  return {
    x: () => tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...common, inputShape: x.shape }),
    filter: () => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...common, filterShape: filter.shape }),
  }
}

const definitions: Readonly<Record<string, Definition>> = {
  Identity: { gradient: ({ dy }) => ({ x: () => tf.clone(dy) }) },
  Cast: { gradient: ({ dy }) => ({ x: () => tf.clone(dy) }) },
  Reshape: ofOne('input', (dy, x) => tf.reshape(dy, x.shape)),
  Transpose: {
    gradient: ({ dy, attrs }) => {
      const perm = attrs['perm'] as number[]
      return { x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm)) }
    },
  },
  Add: ofPair((dy) => [() => dy, () => dy]),
  Sub: ofPair((dy) => [() => dy, () => tf.neg(dy)]),
  Multiply: ofPair((dy, a, b) => [() => tf.mul(dy, tf.cast(b, 'float32')), () => tf.mul(dy, tf.cast(a, 'float32'))]),
  RealDiv: ofPair((dy, a, b) => [() => tf.div(dy, b), () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b)))]),
  Neg: { gradient: ({ dy }) => ({ x: () => tf.neg(dy) }) },
  Exp: ofOne('output', (dy, y) => tf.mul(dy, y)),
  Log: ofOne('input', (dy, x) => tf.div(dy, x)),
  Square: ofOne('input', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  Sqrt: ofOne('output', (dy, y) => tf.div(dy, tf.mul(y, 2))),
  Sum: {
    inputsToSave: ['x'],
    gradient: ({ dy, saved, attrs }) => {
      const [x] = saved as [tf.Tensor]
      return { x: () => spread(dy, x, axesOf(attrs['axis'], x.rank)) }
    },
  },
  Mean: {
    inputsToSave: ['x'],
    gradient: ({ dy, saved, attrs }) => {
      const [x] = saved as [tf.Tensor]
      const axes = axesOf(attrs['axis'], x.rank)
      return { x: () => spread(tf.div(dy, x.size / dy.size), x, axes) }
    },
  },
  LogSoftmax: {
    outputsToSave: [true],
    gradient: ({ dy, saved }) => {
      const [logProbabilities] = saved as [tf.Tensor]
      return { logits: () => tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.exp(logProbabilities))) }
    },
  },
  // From the output, so that the input need not be kept.
  Relu: ofOne('output', (dy, y) => tf.mul(dy, tf.step(y))),
  BatchMatMul: { inputsToSave: ['a', 'b'], gradient: matMulGradient },
  Conv2D: { inputsToSave: ['x', 'filter'], gradient: convGradient },
  MaxPool: {
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradient: ({ dy, saved, attrs }) => {
      const [input, output] = saved as [tf.Tensor, tf.Tensor]
      return { x: () => tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, attrs) }
    },
  },
}

for (const [kernelName, { gradient, ...saves }] of Object.entries(definitions)) {
  // A device that is built on the whole of tfjs has brought its own.
  const registered: tf.GradConfig | undefined = tf.getGradient(kernelName)
  if (registered === undefined) {
    tf.registerGradient({
      kernelName,
      ...saves,
      gradFunc: (dy, saved, attrs) => gradient({ dy: dy as tf.Tensor, saved, attrs }),
    })
  }
}
