import { describe, expect, it } from 'vitest'
import { foldNetwork } from '../../src/trainer/exporters/fold-network.ts'
import type { Network } from '../../src/trainer/network/graph.ts'
import type { WeightMap } from '../../src/trainer/weights/weight-map.ts'

const network: Network = {
  architecture: 'resnet18',
  classCount: 2,
  output: 'fc',
  nodes: [
    {
      kind: 'conv',
      id: 'a',
      name: 'a',
      input: 'input',
      stage: 'stem',
      inChannels: 1,
      outChannels: 2,
      kernelPx: 1,
      stride: 1,
      paddingPx: 0,
    },
    { kind: 'batchNorm', id: 'n', name: 'n', input: 'a', stage: 'stem', channels: 2, epsilon: 0.25, momentum: 0.1 },
    { kind: 'relu', id: 'r', input: 'n', stage: 'stem' },
    { kind: 'globalAveragePool', id: 'p', input: 'r', stage: 'stem' },
    { kind: 'dense', id: 'fc', name: 'fc', input: 'p', stage: 'head', inFeatures: 2, outFeatures: 2 },
  ],
}

function vector(...values: readonly number[]) {
  return { shape: [values.length], values: Float32Array.from(values) }
}

const weights: WeightMap = new Map([
  ['a.weight', { shape: [2, 1, 1, 1], values: Float32Array.of(3, -4) }],
  ['n.weight', vector(2, 5)],
  ['n.bias', vector(1, -1)],
  ['n.running_mean', vector(10, 2)],
  ['n.running_var', vector(3.75, 0)],
  ['fc.weight', { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }],
  ['fc.bias', vector(5, 6)],
])

describe('foldNetwork', () => {
  it('puts scale and shift of the normalisation into the convolution', () => {
    const [conv] = foldNetwork(network, weights).nodes
    // Scales are 2 / sqrt(3.75 + 0.25) = 1 and 5 / sqrt(0 + 0.25) = 10.
    expect(conv).toMatchObject({ kind: 'conv', id: 'n', name: 'a', input: 'input' })
    if (conv?.kind !== 'conv') return
    expect([...conv.weight.values]).toEqual([3, -40])
    expect([...conv.bias.values]).toEqual([1 - 10, -1 - 20])
  })

  it('leaves the other nodes in their order, wired as before', () => {
    const folded = foldNetwork(network, weights)
    expect(folded.nodes.map(({ id }) => id)).toEqual(['n', 'r', 'p', 'fc'])
    expect(folded.nodes[1]).toMatchObject({ kind: 'relu', input: 'n' })
    expect(folded.output).toBe('fc')
  })

  it('refuses a normalisation whose convolution something else reads', () => {
    const branched: Network = {
      ...network,
      nodes: [...network.nodes, { kind: 'add', id: 'x', inputs: ['a', 'n'], stage: 'head' }],
    }
    expect(() => foldNetwork(branched, weights)).toThrow('does not follow a convolution of its own')
  })
})
