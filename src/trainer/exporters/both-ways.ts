import type { Preprocessing } from '../../shared/domain/backbone.ts'
import type { FoldedNetwork, FoldedNode } from './fold-network.ts'

/**
 * The network as its model sees images: with `seesMirrored` both ways from the input on, and the mean of what the average
 * pool makes of them for the output layer.
 */
export function seeAsModel(
  network: FoldedNetwork,
  { seesMirrored }: Pick<Preprocessing, 'seesMirrored'>,
): FoldedNetwork {
  if (seesMirrored !== true) return network
  const mirror: FoldedNode = { kind: 'mirror', id: 'input.both', input: 'input' }
  const nodes = network.nodes.flatMap((node): FoldedNode[] => {
    if (node.kind === 'globalAveragePool') {
      const pooled = `${node.id}.both`
      return [
        { ...node, id: pooled },
        { kind: 'meanOfWays', id: node.id, input: pooled },
      ]
    }
    return [node.kind !== 'add' && node.input === mirror.input ? { ...node, input: mirror.id } : node]
  })
  return { ...network, nodes: [mirror, ...nodes] }
}

/** What stands behind the description of a graph that makes the mirror images itself; empty where it makes none. */
export function mirrorNote({ seesMirrored }: Pick<Preprocessing, 'seesMirrored'>): string {
  return seesMirrored === true
    ? ' The graph looks at a\npicture and at its mirror image and takes the mean: give it the picture alone.'
    : ''
}
