import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { bothWays, pooledBothWays, startBothWays, type FoldedNetwork, type FoldedNode } from '../fold-network.ts'
import { floatTensor, intTensor, nodeProto, type NodeOptions } from './model-proto.ts'
import type { Message } from './protobuf.ts'

/** A graph under construction. */
export interface GraphParts {
  readonly nodes: Message[]
  readonly initializers: Message[]
}

/**
 * Adds the network, from the tensor `input`, [batch, 3, height, width] and normalised, to `logits` and `probabilities`,
 * both [batch, classes]. ONNX and torch lay their filters out alike, so weights go in as they are. With `seesMirrored` the
 * graph makes the mirror images itself, and the output layer gets the mean of what is seen both ways.
 */
export function addNetwork(
  parts: GraphParts,
  network: FoldedNetwork,
  { seesMirrored = false }: Pick<Preprocessing, 'seesMirrored'>,
): void {
  if (seesMirrored) addMirror(parts)
  const { nodes, output } = seesMirrored ? startBothWays(network) : network
  for (const node of nodes) {
    if (seesMirrored && node.kind === 'globalAveragePool') {
      addNode(parts, node, pooledBothWays(node.id))
      addMean(parts, node.id)
    } else addNode(parts, node, node.id === output ? 'logits' : node.id)
  }
  parts.nodes.push(nodeProto('Softmax', { inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: 1 } }))
}

/** Slice goes backwards from the last column until before the first. */
function addMirror({ nodes, initializers }: GraphParts): void {
  const slice = { 'mirror.start': -1, 'mirror.end': -(2 ** 31), 'mirror.axis': 3, 'mirror.step': -1 }
  for (const [name, value] of Object.entries(slice)) initializers.push(intTensor(name, [value]))
  nodes.push(
    nodeProto('Slice', { inputs: ['input', ...Object.keys(slice)], outputs: ['input.mirrored'] }),
    nodeProto('Concat', { inputs: ['input', 'input.mirrored'], outputs: [bothWays], attributes: { axis: 0 } }),
  )
}

/** Of both ways, [2 batch, channels] to [batch, channels]. */
function addMean({ nodes }: GraphParts, pool: string): void {
  const ways = [`${pool}.asIs`, `${pool}.mirrored`]
  nodes.push(
    nodeProto('Split', { inputs: [pooledBothWays(pool)], outputs: ways, attributes: { axis: 0, num_outputs: 2 } }),
    nodeProto('Mean', { inputs: ways, outputs: [pool] }),
  )
}

function addNode({ nodes, initializers }: GraphParts, node: FoldedNode, output: string): void {
  const push = (operator: string, options: Omit<NodeOptions, 'outputs'>) => {
    nodes.push(nodeProto(operator, { ...options, outputs: [output] }))
  }
  switch (node.kind) {
    case 'conv':
    case 'dense': {
      const weight = `${node.name}.weight`
      const bias = `${node.name}.bias`
      initializers.push(floatTensor(weight, node.weight.shape, node.weight.values))
      initializers.push(floatTensor(bias, node.bias.shape, node.bias.values))
      const inputs = [node.input, weight, bias]
      if (node.kind === 'dense') push('Gemm', { inputs, attributes: { transB: 1 } })
      else push('Conv', { inputs, attributes: windowOf(node) })
      return
    }
    case 'relu':
      push('Relu', { inputs: [node.input] })
      return
    case 'maxPool':
      push('MaxPool', { inputs: [node.input], attributes: windowOf(node) })
      return
    case 'add':
      push('Add', { inputs: node.inputs })
      return
    case 'globalAveragePool':
      nodes.push(nodeProto('GlobalAveragePool', { inputs: [node.input], outputs: [`${output}.square`] }))
      push('Flatten', { inputs: [`${output}.square`], attributes: { axis: 1 } })
      return
  }
}

function windowOf(node: { readonly kernelPx: number; readonly stride: number; readonly paddingPx: number }) {
  const { kernelPx, stride, paddingPx } = node
  return {
    kernel_shape: [kernelPx, kernelPx],
    strides: [stride, stride],
    pads: [paddingPx, paddingPx, paddingPx, paddingPx],
  }
}
