import type { Architecture } from '../../shared/domain/backbone.ts'

/**
 * A network as data: nodes in an order in which each comes after its inputs. Training, inference and every exporter
 * read this one description. `name` is the prefix of the node's parameters as torchvision has them.
 *
 * Activations are [batch, height, width, channels]; padding is symmetric, as torch pads, never TensorFlow's "same".
 */
export type NetworkNode =
  ConvNode | BatchNormNode | ReluNode | MaxPoolNode | AddNode | GlobalAveragePoolNode | DenseNode

/** Identifies the output of a node; `input` is the image batch. */
export type NodeId = string

interface SingleInput {
  readonly id: NodeId
  readonly input: NodeId
  /** The stage the node belongs to, for freezing and for names on screen. */
  readonly stage: Stage
}

export const stages = ['stem', 'layer1', 'layer2', 'layer3', 'layer4', 'head'] as const
export type Stage = (typeof stages)[number]

/** Square kernel, no bias. Parameter `<name>.weight`. */
export interface ConvNode extends SingleInput {
  readonly kind: 'conv'
  readonly name: string
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelPx: number
  readonly stride: number
  readonly paddingPx: number
}

/** Parameters `<name>.weight`, `.bias`, `.running_mean`, `.running_var`, all of shape [channels]. */
export interface BatchNormNode extends SingleInput {
  readonly kind: 'batchNorm'
  readonly name: string
  readonly channels: number
  readonly epsilon: number
  /** Share of the new batch in the running statistics, as torch counts it. */
  readonly momentum: number
}

export interface ReluNode extends SingleInput {
  readonly kind: 'relu'
}

export interface MaxPoolNode extends SingleInput {
  readonly kind: 'maxPool'
  readonly kernelPx: number
  readonly stride: number
  readonly paddingPx: number
}

export interface AddNode {
  readonly kind: 'add'
  readonly id: NodeId
  readonly inputs: readonly [NodeId, NodeId]
  readonly stage: Stage
}

/** [batch, height, width, channels] to [batch, channels]. */
export interface GlobalAveragePoolNode extends SingleInput {
  readonly kind: 'globalAveragePool'
}

/** Parameters `<name>.weight` and `<name>.bias`. */
export interface DenseNode extends SingleInput {
  readonly kind: 'dense'
  readonly name: string
  readonly inFeatures: number
  readonly outFeatures: number
}

export interface Network {
  readonly architecture: Architecture
  readonly classCount: number
  readonly nodes: readonly NetworkNode[]
  /** The id of the node whose output are the logits, [batch, classCount]. */
  readonly output: NodeId
}
