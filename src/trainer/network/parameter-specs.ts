import type { Network, NetworkNode, Stage } from './graph.ts'
import { stages } from './graph.ts'

export interface ParameterSpec {
  /** As torchvision names it. */
  readonly name: string
  /** In torch's layout: [out, in, height, width], [out, in] or [channels]. */
  readonly shape: readonly number[]
  /** `statistic`: a running mean or variance, which no gradient reaches. */
  readonly role: 'trainable' | 'statistic'
  readonly layout: 'conv' | 'dense' | 'vector'
  readonly stage: Stage
}

function specsOfNode(node: NetworkNode): ParameterSpec[] {
  const { stage } = node
  switch (node.kind) {
    case 'conv': {
      const shape = [node.outChannels, node.inChannels, node.kernelPx, node.kernelPx]
      return [{ name: `${node.name}.weight`, shape, role: 'trainable', layout: 'conv', stage }]
    }
    case 'batchNorm': {
      const spec = { shape: [node.channels], layout: 'vector', stage } as const
      return [
        { ...spec, name: `${node.name}.weight`, role: 'trainable' },
        { ...spec, name: `${node.name}.bias`, role: 'trainable' },
        { ...spec, name: `${node.name}.running_mean`, role: 'statistic' },
        { ...spec, name: `${node.name}.running_var`, role: 'statistic' },
      ]
    }
    case 'dense': {
      const shape = [node.outFeatures, node.inFeatures]
      return [
        { name: `${node.name}.weight`, shape, role: 'trainable', layout: 'dense', stage },
        { name: `${node.name}.bias`, shape: [node.outFeatures], role: 'trainable', layout: 'vector', stage },
      ]
    }
    case 'relu':
    case 'maxPool':
    case 'add':
    case 'globalAveragePool':
      return []
  }
}

/** All parameters of the network, in the order of torchvision's `state_dict` (without `num_batches_tracked`). */
export function parameterSpecs(network: Network): ParameterSpec[] {
  return network.nodes.flatMap(specsOfNode)
}

/** True when `stage` is `from` or above it. */
export function isStageFrom(stage: Stage, from: Stage): boolean {
  return stages.indexOf(stage) >= stages.indexOf(from)
}

/** What training changes by gradients when the stages below `from` are frozen. */
export function trainableSpecs(network: Network, from: Stage): ParameterSpec[] {
  return parameterSpecs(network).filter((spec) => spec.role === 'trainable' && isStageFrom(spec.stage, from))
}
