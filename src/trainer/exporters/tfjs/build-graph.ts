import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { toInsideLayout } from '../../network/layout.ts'
import { seeAsModel } from '../both-ways.ts'
import {
  inputsOf,
  type FoldedConvNode,
  type FoldedNetwork,
  type FoldedNode,
  type WeightedDenseNode,
} from '../fold-network.ts'
import {
  constant,
  float,
  int32,
  ints,
  shapeOf,
  text,
  texts,
  type Attribute,
  type GraphNode,
  type GraphWeight,
} from './graph-def.ts'

export interface TfjsGraph {
  readonly nodes: readonly GraphNode[]
  readonly weights: readonly GraphWeight[]
}

/**
 * The network as a TensorFlow graph: `image`, float32 [batch, side, side, 3] with values 0 to 255, to `logits` and
 * `probabilities`. A rectifier behind a convolution is fused into it, as tfjs' own converter does.
 */
export function buildTfjsGraph(folded: FoldedNetwork, preprocessing: Preprocessing): TfjsGraph {
  const network = seeAsModel(folded, preprocessing)
  const weights: GraphWeight[] = []
  const nodes: GraphNode[] = []
  const addWeight = (name: string, shape: readonly number[], values: Float32Array | Int32Array): string => {
    const weight = { name, shape, values }
    weights.push(weight)
    nodes.push(constant(weight))
    return name
  }
  const add = (name: string, op: string, input: readonly string[], attr: Readonly<Record<string, Attribute>>) => {
    nodes.push({ name, op, input, attr: { T: float, ...attr } })
  }
  const context: Context = { add, addWeight, fusedRelus: relusToFuse(network) }
  addNormalisation(context, nodes, preprocessing)
  for (const node of network.nodes) addNode(context, node, network)
  add('probabilities', 'Softmax', [network.output], {})
  return { nodes, weights }
}

interface Context {
  readonly add: (name: string, op: string, input: readonly string[], attr: Readonly<Record<string, Attribute>>) => void
  readonly addWeight: (name: string, shape: readonly number[], values: Float32Array | Int32Array) => string
  /** By the id of the convolution. */
  readonly fusedRelus: ReadonlyMap<string, string>
}

function addNormalisation({ add, addWeight }: Context, nodes: GraphNode[], preprocessing: Preprocessing): void {
  const { mean, deviation, cropPx } = preprocessing
  const attr = { dtype: float, shape: { shape: shapeOf([-1, cropPx, cropPx, 3]) } }
  nodes.push({ name: 'image', op: 'Placeholder', attr })
  const scale = deviation.map((value) => 1 / (255 * value))
  const shift = mean.map((value, channel) => -value / (deviation[channel] ?? 1))
  add('image/scaled', 'Mul', ['image', addWeight('image/scale', [3], Float32Array.from(scale))], {})
  add('input', 'AddV2', ['image/scaled', addWeight('image/shift', [3], Float32Array.from(shift))], {})
}

/** Rectifiers that are all that reads a convolution's output. */
function relusToFuse({ nodes, output }: FoldedNetwork): Map<string, string> {
  const fused = new Map<string, string>()
  for (const node of nodes) {
    if (node.kind !== 'conv' || node.id === output) continue
    const [reader, ...others] = nodes.filter((other) => inputsOf(other).includes(node.id))
    if (reader?.kind === 'relu' && others.length === 0) fused.set(node.id, reader.id)
  }
  return fused
}

function addNode(context: Context, node: FoldedNode, network: FoldedNetwork): void {
  const { add, addWeight, fusedRelus } = context
  switch (node.kind) {
    case 'conv': {
      const relu = fusedRelus.get(node.id)
      add(relu ?? node.id, '_FusedConv2D', [node.input, ...addFilter(context, node)], {
        ...convolution(node),
        ...fusion(relu === undefined ? ['BiasAdd'] : ['BiasAdd', 'Relu']),
      })
      return
    }
    case 'dense':
      add(node.id, '_FusedMatMul', [node.input, ...addFilter(context, node)], {
        transpose_a: { b: false },
        transpose_b: { b: false },
        ...fusion(['BiasAdd']),
      })
      return
    case 'relu':
      if (![...fusedRelus.values()].includes(node.id)) add(node.id, 'Relu', [node.input], {})
      return
    case 'maxPool': {
      // tfjs knows no explicit padding in MaxPool; zeros do only where nothing is negative.
      const before = network.nodes.find((other) => other.id === node.input)
      if (before?.kind !== 'relu') throw new Error(`Max pooling ${node.id} does not follow a rectifier.`)
      const { paddingPx, kernelPx, stride } = node
      const sides = [0, 0, paddingPx, paddingPx, paddingPx, paddingPx, 0, 0]
      const paddings = addWeight(`${node.id}/paddings`, [4, 2], Int32Array.from(sides))
      const zero = addWeight(`${node.id}/zero`, [], Float32Array.of(0))
      add(`${node.id}/padded`, 'PadV2', [node.input, paddings, zero], { Tpaddings: int32 })
      add(node.id, 'MaxPool', [`${node.id}/padded`], {
        ksize: ints([1, kernelPx, kernelPx, 1]),
        strides: ints([1, stride, stride, 1]),
        padding: text('VALID'),
        data_format: text('NHWC'),
      })
      return
    }
    case 'add':
      add(node.id, 'AddV2', node.inputs, {})
      return
    case 'globalAveragePool': {
      const axes = addWeight(`${node.id}/axes`, [2], Int32Array.of(1, 2))
      add(node.id, 'Mean', [node.input, axes], { keep_dims: { b: false }, Tidx: int32 })
      return
    }
    case 'mirror': {
      const columns = addWeight(`${node.id}/columns`, [1], Int32Array.of(2))
      const mirrored = `${node.id}/mirrored`
      add(mirrored, 'ReverseV2', [node.input, columns], { Tidx: int32 })
      const images = addWeight(`${node.id}/images`, [], Int32Array.of(0))
      add(node.id, 'ConcatV2', [node.input, mirrored, images], { N: { i: '2' }, Tidx: int32 })
      return
    }
    case 'meanOfWays': {
      const images = addWeight(`${node.id}/images`, [], Int32Array.of(0))
      add(`${node.id}/ways`, 'Split', [images, node.input], { num_split: { i: '2' } })
      add(`${node.id}/sum`, 'AddV2', [`${node.id}/ways:0`, `${node.id}/ways:1`], {})
      add(node.id, 'Mul', [`${node.id}/sum`, addWeight(`${node.id}/half`, [], Float32Array.of(0.5))], {})
      return
    }
  }
}

/** Weight and bias in TensorFlow's layout; gives their names. */
function addFilter({ addWeight }: Context, node: FoldedConvNode | WeightedDenseNode): [string, string] {
  const { name, stage, weight, bias } = node
  const spec = { name, stage, shape: weight.shape, role: 'trainable', layout: node.kind } as const
  const inside = toInsideLayout(spec, weight.values)
  return [addWeight(`${name}/weight`, inside.shape, inside.values), addWeight(`${name}/bias`, bias.shape, bias.values)]
}

function convolution({ stride, paddingPx }: FoldedConvNode): Record<string, Attribute> {
  return {
    strides: ints([1, stride, stride, 1]),
    dilations: ints([1, 1, 1, 1]),
    padding: text('EXPLICIT'),
    explicit_paddings: ints([0, 0, paddingPx, paddingPx, paddingPx, paddingPx, 0, 0]),
    data_format: text('NHWC'),
  }
}

function fusion(operators: readonly string[]): Record<string, Attribute> {
  return { fused_ops: texts(operators), num_args: { i: '1' }, epsilon: { f: 0 } }
}
