import type { Architecture } from '../../../src/shared/domain/backbone.ts'
import type { Network, NetworkNode } from '../../../src/trainer/network/graph.ts'
import { buildResnet as buildWholeResnet } from '../../../src/trainer/network/resnet.ts'

export { stageInput } from '../../../src/trainer/network/resnet.ts'

function thinned(node: NetworkNode, thin: (channels: number) => number): NetworkNode {
  switch (node.kind) {
    case 'conv': {
      const inChannels = node.input === 'input' ? node.inChannels : thin(node.inChannels)
      return { ...node, inChannels, outChannels: thin(node.outChannels) }
    }
    case 'batchNorm':
      return { ...node, channels: thin(node.channels) }
    case 'dense':
      return { ...node, inFeatures: thin(node.inFeatures) }
    default:
      return node
  }
}

/** The network with every number of channels but the image's divided by `divisor` and rounded up. */
export function buildThinResnet(architecture: Architecture, classCount: number, divisor: number): Network {
  const network = buildWholeResnet(architecture, classCount)
  return { ...network, nodes: network.nodes.map((node) => thinned(node, (channels) => Math.ceil(channels / divisor))) }
}

/** Stands in for that of the trainer: 8 to 64 channels where there are 64 to 512; see use-thin-networks.ts. */
export function buildResnet(architecture: Architecture, classCount: number): Network {
  return buildThinResnet(architecture, classCount, 8)
}
