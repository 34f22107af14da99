import type {
  AddNode,
  BatchNormNode,
  ConvNode,
  DenseNode,
  GlobalAveragePoolNode,
  MaxPoolNode,
  Network,
  NetworkNode,
  NodeId,
  ReluNode,
} from '../network/graph.ts'
import type { Weight, WeightMap } from '../weights/weight-map.ts'

/** A convolution that has taken up the batch normalisation behind it; its output is what the latter's was. */
export interface FoldedConvNode extends ConvNode {
  /** [out, in, height, width]. */
  readonly weight: Weight
  readonly bias: Weight
}

export interface WeightedDenseNode extends DenseNode {
  /** [out, in]. */
  readonly weight: Weight
  readonly bias: Weight
}

/** The input and behind it the mirror image of it, left for right, as one batch: [2 batch, ...]. */
export interface MirrorNode {
  readonly kind: 'mirror'
  readonly id: NodeId
  readonly input: NodeId
}

/** The mean of both halves of a batch: [2 batch, channels] to [batch, channels]. */
export interface MeanOfWaysNode {
  readonly kind: 'meanOfWays'
  readonly id: NodeId
  readonly input: NodeId
}

export type FoldedNode =
  | FoldedConvNode
  | WeightedDenseNode
  | ReluNode
  | MaxPoolNode
  | AddNode
  | GlobalAveragePoolNode
  | MirrorNode
  | MeanOfWaysNode

/** A network for inference only, with its weights in it: what graph exporters write. */
export interface FoldedNetwork {
  readonly nodes: readonly FoldedNode[]
  readonly output: NodeId
  readonly classCount: number
}

/**
 * Folds each batch normalisation into the convolution before it: with fixed statistics it only scales and shifts, so
 * w' = w * gamma / sqrt(variance + epsilon) and b' = beta - mean * gamma / sqrt(variance + epsilon). Computed in 64 bits
 * and rounded once. Not every runtime would do it on its own, and none has to after it.
 */
export function foldNetwork(network: Network, weights: WeightMap): FoldedNetwork {
  const normByConv = new Map<NodeId, BatchNormNode>()
  for (const node of network.nodes) {
    if (node.kind !== 'batchNorm') continue
    const consumers = network.nodes.filter((other) => inputsOf(other).includes(node.input))
    const before = network.nodes.find((other) => other.id === node.input)
    if (before?.kind !== 'conv' || consumers.length !== 1 || network.output === before.id) {
      throw new Error(`Batch normalisation ${node.id} does not follow a convolution of its own.`)
    }
    normByConv.set(before.id, node)
  }
  const nodes = network.nodes.flatMap((node): FoldedNode[] => {
    if (node.kind === 'batchNorm') return []
    if (node.kind === 'conv') return [foldConv(node, normByConv.get(node.id), weights)]
    if (node.kind === 'dense') {
      const weight = weightOf(weights, `${node.name}.weight`)
      return [{ ...node, weight, bias: weightOf(weights, `${node.name}.bias`) }]
    }
    return [node]
  })
  return { nodes, output: network.output, classCount: network.classCount }
}

export function inputsOf(node: NetworkNode | FoldedNode): readonly NodeId[] {
  return node.kind === 'add' ? node.inputs : [node.input]
}

function foldConv(node: ConvNode, norm: BatchNormNode | undefined, weights: WeightMap): FoldedConvNode {
  const weight = weightOf(weights, `${node.name}.weight`)
  const channels = node.outChannels
  if (norm === undefined) {
    return { ...node, weight, bias: { shape: [channels], values: new Float32Array(channels) } }
  }
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => weightOf(weights, `${norm.name}.${part}`).values,
  )
  const perChannel = weight.values.length / channels
  const values = new Float32Array(weight.values.length)
  const bias = new Float32Array(channels)
  for (let channel = 0; channel < channels; channel += 1) {
    const scale = (gamma?.[channel] ?? 1) / Math.sqrt((variance?.[channel] ?? 1) + norm.epsilon)
    bias[channel] = (beta?.[channel] ?? 0) - (mean?.[channel] ?? 0) * scale
    const end = (channel + 1) * perChannel
    for (let index = channel * perChannel; index < end; index += 1) values[index] = (weight.values[index] ?? 0) * scale
  }
  return { ...node, id: norm.id, weight: { shape: weight.shape, values }, bias: { shape: [channels], values: bias } }
}

function weightOf(weights: WeightMap, name: string): Weight {
  const weight = weights.get(name)
  if (weight === undefined) throw new Error(`The weights lack ${name}.`)
  return weight
}
