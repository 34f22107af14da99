import * as tf from '@tensorflow/tfjs-core'
import { registerGradients } from '../devices/gradients.ts'
import { sgdUpdate } from '../devices/sgd-update.ts'
import type { FoldedFilters } from './folded-filters.ts'
import { fuse } from './fusion.ts'
import type { Step } from './fusion.ts'
import type { Network, NetworkNode, NodeId, Stage } from './graph.ts'
import { inferStep, normaliseByBatch } from './node-operations.ts'
import type { StatisticUpdate } from './node-operations.ts'
import { parameterOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { stageInput } from './resnet.ts'

registerGradients()

interface Walk {
  readonly steps: readonly Step[]
  /** The node whose output `x` is. */
  readonly from: NodeId
  readonly until: NodeId
  /** `isLastUse`: nobody needs the last input after this step. */
  readonly compute: (step: Step, inputs: readonly tf.Tensor[], isLastUse: boolean) => tf.Tensor
}

/** Within a tidy, so that what a step makes on the way is freed at once. */
function inferTidily(parameters: Parameters, folded?: FoldedFilters): Walk['compute'] {
  return (step, inputs, isLastUse) => tf.tidy(() => inferStep(step, parameters, inputs, { folded, isLastUse }))
}

/** Runs the steps and disposes each output once its last consumer has run; `x` stays the caller's. */
function walk(x: tf.Tensor, { steps, from, until, compute }: Walk): tf.Tensor {
  const lastUse = new Map(steps.flatMap((step, index) => step.inputs.map((input) => [input, index] as const)))
  const alive = new Map<NodeId, tf.Tensor>([[from, x]])
  steps.forEach((step, index) => {
    const inputs = step.inputs.map((id) => {
      const tensor = alive.get(id)
      if (tensor === undefined) throw new Error(`${step.node.id} needs the output of ${id}, which lies before ${from}.`)
      return tensor
    })
    const isLastUse = (id: NodeId | undefined): boolean =>
      id !== undefined && lastUse.get(id) === index && id !== from && id !== until
    alive.set(step.output, compute(step, inputs, isLastUse(step.inputs.at(-1))))
    for (const id of step.inputs) {
      if (!isLastUse(id)) continue
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
  /** The filters of these parameters, where they were folded for many batches. */
  readonly folded?: FoldedFilters | undefined
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
  const { from = 'input', until = network.output, folded } = options
  if (from === until) return tf.clone(x)
  const steps = fuse(nodesBetween(network, from, until), { foldNorms: true })
  return tf.tidy(() => walk(x, { steps, from, until, compute: inferTidily(parameters, folded) }))
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
  /** The filters of the stages below, where they were folded for many steps. */
  readonly folded?: FoldedFilters | undefined
}

export interface TrainOutput {
  /** [batch, classes] */
  readonly logits: tf.Tensor2D
  /** In the order of the network, for `applyStatistics`; they live as long as the tidy around it. */
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
  const { trainableFrom, from = 'input', folded } = options
  const start = stageInput(network, trainableFrom)
  const input =
    from === start
      ? x
      : unrecorded(x, (given) => forwardInfer(network, parameters, given, { from, until: start, folded }))
  const statistics: StatisticUpdate[] = []
  const infer = inferTidily(parameters)
  const logits = walk(input, {
    steps: fuse(nodesBetween(network, start, network.output), { foldNorms: false }),
    from: start,
    until: network.output,
    compute: (step, inputs) => {
      const { node, relu } = step
      if (node.kind !== 'batchNorm') return infer(step, inputs, false)
      const normalised = normaliseByBatch({ node, relu }, parameters, inputs[0] as tf.Tensor)
      statistics.push(...normalised.statistics)
      return normalised.y
    },
  })
  return { logits: logits as tf.Tensor2D, statistics }
}

/**
 * Moves the running statistics, in place. A moving average is a step of gradient descent on half of the squared distance,
 * and so goes by its kernel. May be called inside the function whose gradients are taken.
 */
export function applyStatistics(parameters: Parameters, statistics: readonly StatisticUpdate[]): void {
  tf.tidy(() => {
    for (const { name, fresh, factor, share } of statistics) {
      const parameter = parameterOf(parameters, name)
      const numbers = { learningRate: share, gradientScale: -factor, weightDecay: 1, momentum: 0 }
      // A whole step from a large value would keep the rounding error of that.
      if (share === 1) parameter.assign(tf.mul(fresh, factor))
      else sgdUpdate({ parameter, gradient: fresh, buffer: null }, numbers)
    }
  })
}
