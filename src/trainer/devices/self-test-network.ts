import type { BatchNormNode, ConvNode, Network, NodeId, Stage } from '../network/graph.ts'
import { parameterSpecs } from '../network/parameter-specs.ts'
import type { Weight, WeightMap } from '../weights/weight-map.ts'

export const selfTestSizePx = 12
export const selfTestLabels = [0, 2] as const
const classCount = 3

/**
 * A residual network as small as can be that still takes every path of the kernels: convolutions of stride 1 and 2, 3x3 and
 * 1x1, with few and with many channels, normalisation with and without ReLU, max pooling, a shortcut with an addition.
 */
export const selfTestNetwork: Network = {
  architecture: 'resnet18',
  classCount,
  output: 'fc',
  nodes: [
    conv('conv1', 'input', { stage: 'stem', inChannels: 3, outChannels: 16 }),
    norm('bn1', 'conv1', 'stem', 16),
    { kind: 'relu', id: 'relu', input: 'bn1', stage: 'stem' },
    { kind: 'maxPool', id: 'maxpool', input: 'relu', stage: 'stem', kernelPx: 3, stride: 2, paddingPx: 1 },
    conv('layer1.0.conv1', 'maxpool', { stage: 'layer1', inChannels: 16, outChannels: 16 }),
    norm('layer1.0.bn1', 'layer1.0.conv1', 'layer1', 16),
    { kind: 'relu', id: 'layer1.0.relu1', input: 'layer1.0.bn1', stage: 'layer1' },
    conv('layer1.0.conv2', 'layer1.0.relu1', { stage: 'layer1', inChannels: 16, outChannels: 24, stride: 2 }),
    norm('layer1.0.bn2', 'layer1.0.conv2', 'layer1', 24),
    conv('layer1.0.downsample.0', 'maxpool', {
      ...{ stage: 'layer1', inChannels: 16, outChannels: 24, stride: 2, kernelPx: 1 },
    }),
    norm('layer1.0.downsample.1', 'layer1.0.downsample.0', 'layer1', 24),
    { kind: 'add', id: 'layer1.0.add', inputs: ['layer1.0.bn2', 'layer1.0.downsample.1'], stage: 'layer1' },
    { kind: 'relu', id: 'layer1.0.relu', input: 'layer1.0.add', stage: 'layer1' },
    { kind: 'globalAveragePool', id: 'avgpool', input: 'layer1.0.relu', stage: 'layer1' },
    { kind: 'dense', id: 'fc', name: 'fc', input: 'avgpool', stage: 'head', inFeatures: 24, outFeatures: classCount },
  ],
}

interface ConvOptions {
  readonly stage: Stage
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelPx?: number
  readonly stride?: number
}

function conv(name: string, input: NodeId, { kernelPx = 3, stride = 1, ...options }: ConvOptions): ConvNode {
  return { kind: 'conv', id: name, name, input, kernelPx, stride, paddingPx: (kernelPx - 1) / 2, ...options }
}

function norm(name: string, input: NodeId, stage: Stage, channels: number): BatchNormNode {
  return { kind: 'batchNorm', id: name, name, input, stage, channels, epsilon: 1e-5, momentum: 0.1 }
}

/** Numbers without a pattern that any language draws alike: sin(12.9898 (i + 1) + 78.233 seed), scaled. */
export function draw(seed: number, count: number, scale: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + 78.233 * seed) * scale)
}

/** Two images, [2, side, side, 3]. */
export function selfTestPixels(): Float32Array {
  return draw(1, selfTestLabels.length * selfTestSizePx ** 2 * 3, 1)
}

/** Parameter number i is drawn with seed i + 2; scales lie around 1 and variances above 1. */
export function selfTestWeights(): WeightMap {
  return new Map(
    parameterSpecs(selfTestNetwork).map(({ name, shape, layout }, index): [string, Weight] => {
      const values = draw(
        index + 2,
        shape.reduce((product, size) => product * size, 1),
        layout === 'vector' ? 0.3 : 0.2,
      )
      const isAroundOne = layout === 'vector' && (name.endsWith('weight') || name.endsWith('running_var'))
      return [name, { shape, values: isAroundOne ? values.map((value) => value + 1) : values }]
    }),
  )
}
