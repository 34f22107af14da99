import type { FoldedNetwork, FoldedNode } from '../fold-network.ts'
import { floatTensor, intTensor, nodeProto, type NodeOptions } from './model-proto.ts'
import type { Message } from './protobuf.ts'

/** A graph under construction. */
export interface GraphParts {
  readonly nodes: Message[]
  readonly initializers: Message[]
}

/**
 * Adds the network, from the tensor `input`, [batch, 3, height, width] and normalised, to `logits` and `probabilities`,
 * both [batch, classes]. ONNX and torch lay their filters out alike, so weights go in as they are.
 */
export function addNetwork(parts: GraphParts, network: FoldedNetwork): void {
  for (const node of network.nodes) addNode(parts, node, node.id === network.output ? 'logits' : node.id)
  parts.nodes.push(nodeProto('Softmax', { inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: 1 } }))
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
    case 'mirror': {
      // From the last column backwards until before the first.
      const slice = { 'mirror.start': -1, 'mirror.end': -(2 ** 31), 'mirror.axis': 3, 'mirror.step': -1 }
      for (const [name, value] of Object.entries(slice)) initializers.push(intTensor(name, [value]))
      const mirrored = `${output}.mirrored`
      nodes.push(nodeProto('Slice', { inputs: [node.input, ...Object.keys(slice)], outputs: [mirrored] }))
      push('Concat', { inputs: [node.input, mirrored], attributes: { axis: 0 } })
      return
    }
    case 'meanOfWays': {
      const ways = [`${output}.asIs`, `${output}.mirrored`]
      nodes.push(nodeProto('Split', { inputs: [node.input], outputs: ways, attributes: { axis: 0, num_outputs: 2 } }))
      push('Mean', { inputs: ways })
      return
    }
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
