import type { BatchNormNode, NetworkNode, NodeId } from './graph.ts'

/** One computation: a node together with the nodes after it that are done in the same pass over memory. */
export interface Step {
  readonly node: NetworkNode
  /** Normalisation by running statistics that is folded into the convolution `node`. */
  readonly norm: BatchNormNode | null
  readonly relu: boolean
  readonly inputs: readonly NodeId[]
  /** The id of the last node in it. */
  readonly output: NodeId
}

export function inputsOf(node: NetworkNode): readonly NodeId[] {
  return node.kind === 'add' ? node.inputs : [node.input]
}

/** The only node of `nodes` that uses the output of another, by that other's id. */
function soleConsumers(nodes: readonly NetworkNode[]): Map<NodeId, NetworkNode> {
  const consumers = new Map<NodeId, NetworkNode[]>()
  for (const node of nodes) {
    for (const id of inputsOf(node)) consumers.set(id, [...(consumers.get(id) ?? []), node])
  }
  return new Map([...consumers].flatMap(([id, all]) => (all.length === 1 && all[0] ? [[id, all[0]] as const] : [])))
}

/**
 * Joins nodes that can run as one: normalisation and addition with the ReLU after them and, when `foldNorms` (inference),
 * convolutions with their normalisation. Outputs in between are not available.
 */
export function fuse(nodes: readonly NetworkNode[], { foldNorms }: { foldNorms: boolean }): Step[] {
  const next = soleConsumers(nodes)
  const absorbed = new Set<NodeId>()
  const steps: Step[] = []
  for (const node of nodes) {
    if (absorbed.has(node.id)) continue
    let last = node
    const follower = next.get(node.id)
    const norm = foldNorms && node.kind === 'conv' && follower?.kind === 'batchNorm' ? follower : null
    if (norm !== null) last = norm
    const end = next.get(last.id)
    const relu = (last.kind === 'batchNorm' || last.kind === 'add') && end?.kind === 'relu'
    if (relu) last = end
    if (norm !== null) absorbed.add(norm.id)
    if (relu) absorbed.add(last.id)
    steps.push({ node, norm, relu, inputs: inputsOf(node), output: last.id })
  }
  return steps
}
