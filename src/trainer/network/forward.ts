import * as tf from '@tensorflow/tfjs-core'
import './gradients.ts'
import type { Network, NetworkNode, NodeId, Stage } from './graph.ts'
import { inferNode, normaliseByBatch } from './node-operations.ts'
import type { StatisticUpdate } from './node-operations.ts'
import { isStageFrom } from './parameter-specs.ts'
import { parameterOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { stageInput } from './resnet.ts'

function inputsOf(node: NetworkNode): readonly NodeId[] {
  return node.kind === 'add' ? node.inputs : [node.input]
}

interface Walk {
  readonly nodes: readonly NetworkNode[]
  /** The node whose output `x` is. */
  readonly from: NodeId
  readonly until: NodeId
  readonly compute: (node: NetworkNode, inputs: readonly tf.Tensor[]) => tf.Tensor
}

/** Runs the nodes and disposes each output once its last consumer has run; `x` stays the caller's. */
function walk(x: tf.Tensor, { nodes, from, until, compute }: Walk): tf.Tensor {
  const lastUse = new Map(nodes.flatMap((node, index) => inputsOf(node).map((input) => [input, index] as const)))
  const alive = new Map<NodeId, tf.Tensor>([[from, x]])
  nodes.forEach((node, index) => {
    const inputs = inputsOf(node).map((id) => {
      const tensor = alive.get(id)
      if (tensor === undefined) throw new Error(`${node.id} needs the output of ${id}, which lies before ${from}.`)
      return tensor
    })
    alive.set(node.id, compute(node, inputs))
    for (const id of inputsOf(node)) {
      if (lastUse.get(id) !== index || id === from) continue
      alive.get(id)?.dispose()
      alive.delete(id)
    }
  })
  const output = alive.get(until)
  if (output === undefined) throw new Error(`Nothing between ${from} and ${until} computes ${until}.`)
  return output
}

/** The nodes after `from` up to and with `until`, in order. */
function nodesBetween(network: Network, from: NodeId, until: NodeId): NetworkNode[] {
  const indexOf = (id: NodeId): number => {
    const index = network.nodes.findIndex((node) => node.id === id)
    if (index < 0 && id !== 'input') throw new Error(`The network has no node ${id}.`)
    return index
  }
  return network.nodes.slice(indexOf(from) + 1, indexOf(until) + 1)
}

export interface InferOptions {
  /** The node whose output is given instead of the image batch; default `input`. */
  readonly from?: NodeId
  /** The node whose output is wanted; default: the logits. */
  readonly until?: NodeId
}

/**
 * Inference: batch normalisation by the running statistics, intermediates freed as soon as they can be.
 * `x` is [batch, height, width, 3], normalised, or the cached output of `from`. The caller disposes the result.
 */
export function forwardInfer(
  network: Network,
  parameters: Parameters,
  x: tf.Tensor,
  options: InferOptions = {},
): tf.Tensor {
  const { from = 'input', until = network.output } = options
  if (from === until) return tf.clone(x)
  const nodes = nodesBetween(network, from, until)
  return tf.tidy(() => walk(x, { nodes, from, until, compute: (node, inputs) => inferNode(node, parameters, inputs) }))
}

/** Computes without being recorded for gradients, so that nothing is kept for them. */
function unrecorded(x: tf.Tensor, compute: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((input) => ({
    value: compute(input as tf.Tensor),
    gradFunc: () => tf.zerosLike(input as tf.Tensor),
  }))
  return operation(x)
}

export interface TrainOptions {
  /** Stages below run as in inference: their running statistics do not move and no gradient enters them. */
  readonly trainableFrom: Stage
  /** The node whose output `x` is, when it was cached; default `input`. At or below `stageInput(trainableFrom)`. */
  readonly from?: NodeId
}

export interface TrainOutput {
  /** [batch, classes] */
  readonly logits: tf.Tensor2D
  /** In the order of the network; hand them to `applyStatistics` within the same tidy. */
  readonly statistics: readonly StatisticUpdate[]
}

/**
 * The forward pass of a training step, for use inside `tf.variableGrads`; gradients come by `variable.name`, with the
 * variables of `trainableSpecs(network, trainableFrom)`. Dropping the statistics leaves the running ones as they are.
 */
export function forwardTrain(
  network: Network,
  parameters: Parameters,
  x: tf.Tensor,
  options: TrainOptions,
): TrainOutput {
  const { trainableFrom, from = 'input' } = options
  const start = stageInput(network, trainableFrom)
  const input =
    from === start ? x : unrecorded(x, (given) => forwardInfer(network, parameters, given, { from, until: start }))
  const statistics: StatisticUpdate[] = []
  const nodes = nodesBetween(network, start, network.output).filter((node) => isStageFrom(node.stage, trainableFrom))
  const logits = walk(input, {
    nodes,
    from: start,
    until: network.output,
    compute: (node, inputs) => {
      if (node.kind !== 'batchNorm') return inferNode(node, parameters, inputs)
      const normalised = normaliseByBatch(node, parameters, inputs[0] as tf.Tensor)
      statistics.push(...normalised.statistics)
      return normalised.y
    },
  })
  return { logits: logits as tf.Tensor2D, statistics }
}

/** Moves the running statistics. May be called inside the function whose gradients are taken. */
export function applyStatistics(parameters: Parameters, statistics: readonly StatisticUpdate[]): void {
  for (const { name, value } of statistics) parameterOf(parameters, name).assign(value)
}
