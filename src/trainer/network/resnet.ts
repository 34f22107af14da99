import type { Architecture } from '../../shared/domain/backbone.ts'
import type { Network, NetworkNode, NodeId, Stage } from './graph.ts'

interface Layout {
  readonly block: 'basic' | 'bottleneck'
  /** Blocks in layer1 to layer4. */
  readonly depths: readonly [number, number, number, number]
}

/** He et al. (2015), table 1; bottlenecks stride in their 3x3 convolution, as torchvision has them ("v1.5"). */
const layouts: Readonly<Record<Architecture, Layout>> = {
  resnet18: { block: 'basic', depths: [2, 2, 2, 2] },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3] },
}

const bottleneckExpansion = 4

interface ConvOptions {
  readonly name: string
  readonly input: NodeId
  readonly stage: Stage
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelPx: number
  readonly stride: number
}

/** Convolution padded so that stride 1 keeps the size; its id is its parameters' prefix. */
function conv(options: ConvOptions): NetworkNode {
  return { kind: 'conv', id: options.name, ...options, paddingPx: (options.kernelPx - 1) / 2 }
}

function batchNorm(name: string, input: NodeId, stage: Stage, channels: number): NetworkNode {
  return { kind: 'batchNorm', id: name, name, input, stage, channels, epsilon: 1e-5, momentum: 0.1 }
}

interface BlockOptions {
  readonly kind: Layout['block']
  /** Such as `layer1.0`. */
  readonly prefix: string
  readonly input: NodeId
  readonly stage: Stage
  readonly inChannels: number
  readonly width: number
  readonly stride: number
}

/** A residual block; its output is `<prefix>.relu`. Nodes stand in the order of torchvision's parameters. */
function residualBlock(options: BlockOptions): NetworkNode[] {
  const { kind, prefix, input, stage, inChannels, width, stride } = options
  const outChannels = kind === 'basic' ? width : width * bottleneckExpansion
  const convolutions =
    kind === 'basic'
      ? [
          { outChannels: width, kernelPx: 3, stride },
          { outChannels, kernelPx: 3, stride: 1 },
        ]
      : [
          { outChannels: width, kernelPx: 1, stride: 1 },
          { outChannels: width, kernelPx: 3, stride },
          { outChannels, kernelPx: 1, stride: 1 },
        ]
  const nodes: NetworkNode[] = []
  let last = input
  let channels = inChannels
  convolutions.forEach((shape, index) => {
    const number = index + 1
    const convId = `${prefix}.conv${number}`
    const normId = `${prefix}.bn${number}`
    nodes.push(conv({ name: convId, input: last, stage, inChannels: channels, ...shape }))
    nodes.push(batchNorm(normId, convId, stage, shape.outChannels))
    channels = shape.outChannels
    last = normId
    if (number < convolutions.length) {
      last = `${prefix}.relu${number}`
      nodes.push({ kind: 'relu', id: last, input: normId, stage })
    }
  })
  let shortcut = input
  if (stride !== 1 || inChannels !== outChannels) {
    const convId = `${prefix}.downsample.0`
    shortcut = `${prefix}.downsample.1`
    nodes.push(conv({ name: convId, input, stage, inChannels, outChannels, kernelPx: 1, stride }))
    nodes.push(batchNorm(shortcut, convId, stage, outChannels))
  }
  nodes.push({ kind: 'add', id: `${prefix}.add`, inputs: [last, shortcut], stage })
  nodes.push({ kind: 'relu', id: `${prefix}.relu`, input: `${prefix}.add`, stage })
  return nodes
}

const layers = ['layer1', 'layer2', 'layer3', 'layer4'] as const

/** ResNet as torchvision defines it, for square colour images; global average pooling belongs to layer4. */
export function buildResnet(architecture: Architecture, classCount: number): Network {
  const { block, depths } = layouts[architecture]
  const nodes: NetworkNode[] = [
    conv({ name: 'conv1', input: 'input', stage: 'stem', inChannels: 3, outChannels: 64, kernelPx: 7, stride: 2 }),
    batchNorm('bn1', 'conv1', 'stem', 64),
    { kind: 'relu', id: 'relu', input: 'bn1', stage: 'stem' },
    { kind: 'maxPool', id: 'maxpool', input: 'relu', stage: 'stem', kernelPx: 3, stride: 2, paddingPx: 1 },
  ]
  let input = 'maxpool'
  let inChannels = 64
  layers.forEach((stage, layer) => {
    const width = 64 * 2 ** layer
    for (let index = 0; index < (depths[layer] ?? 0); index += 1) {
      const prefix = `${stage}.${index}`
      const stride = layer > 0 && index === 0 ? 2 : 1
      nodes.push(...residualBlock({ kind: block, prefix, input, stage, inChannels, width, stride }))
      input = `${prefix}.relu`
      inChannels = block === 'basic' ? width : width * bottleneckExpansion
    }
  })
  nodes.push({ kind: 'globalAveragePool', id: 'avgpool', input, stage: 'layer4' })
  nodes.push({
    kind: 'dense',
    id: 'fc',
    name: 'fc',
    input: 'avgpool',
    stage: 'head',
    inFeatures: inChannels,
    outFeatures: classCount,
  })
  return { architecture, classCount, nodes, output: 'fc' }
}

/** The node whose output is all that `stage` and the stages above it need: where activations can be cached. */
export function stageInput(network: Network, stage: Stage): NodeId {
  let last = 'input'
  for (const node of network.nodes) {
    if (node.stage === stage) return last
    last = node.id
  }
  throw new Error(`The network has no stage ${stage}.`)
}
