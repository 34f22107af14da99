import type { Network, NodeId } from '../network/graph.ts'

interface Extent {
  readonly sidePx: number
  readonly channels: number
}

/** Multiply-adds of the forward pass of one image of a square input. */
export function multiplyAddsPerImage(network: Network, inputSizePx: number): number {
  const extents = new Map<NodeId, Extent>([['input', { sidePx: inputSizePx, channels: 3 }]])
  const extentOf = (id: NodeId): Extent => extents.get(id) ?? { sidePx: 1, channels: 1 }
  let total = 0
  for (const node of network.nodes) {
    const input = extentOf(node.kind === 'add' ? node.inputs[0] : node.input)
    switch (node.kind) {
      case 'conv': {
        const sidePx = strided(input.sidePx, node)
        extents.set(node.id, { sidePx, channels: node.outChannels })
        total += sidePx ** 2 * node.outChannels * node.kernelPx ** 2 * node.inChannels
        break
      }
      case 'maxPool':
        extents.set(node.id, { ...input, sidePx: strided(input.sidePx, node) })
        break
      case 'globalAveragePool':
        extents.set(node.id, { ...input, sidePx: 1 })
        break
      case 'dense':
        extents.set(node.id, { sidePx: 1, channels: node.outFeatures })
        total += node.inFeatures * node.outFeatures
        break
      default:
        extents.set(node.id, input)
    }
  }
  return total
}

function strided(
  sidePx: number,
  { kernelPx, stride, paddingPx }: { readonly kernelPx: number; readonly stride: number; readonly paddingPx: number },
): number {
  return Math.floor((sidePx + 2 * paddingPx - kernelPx) / stride) + 1
}
