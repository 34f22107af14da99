import type { BatchNormNode, NetworkNode, NodeId } from './graph.ts'

/** One computation: a node together with the nodes after it that are done in the same pass over memory. */
export interface Step {
  readonly node: NetworkNode
  /** Normalisation by running statistics that is folded into the convolution `node`. */
  readonly norm: BatchNormNode | null
  /** What is added to a convolution and its normalisation: the last of `inputs`. */
  readonly residual: NodeId | null
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
 * convolutions with their normalisation and the addition of what is there already. Outputs in between are not available.
 */
export function fuse(nodes: readonly NetworkNode[], { foldNorms }: { foldNorms: boolean }): Step[] {
  const next = soleConsumers(nodes)
  const absorbed = new Set<NodeId>()
  const toCome = new Set(nodes.map(({ id }) => id))
  const steps: Step[] = []
  for (const node of nodes) {
    if (absorbed.has(node.id)) continue
    let last: NetworkNode = node
    const follower = next.get(last.id)
    const norm = foldNorms && node.kind === 'conv' && follower?.kind === 'batchNorm' ? follower : null
    last = norm ?? last
    const sum = next.get(last.id)
    const other = norm !== null && sum?.kind === 'add' ? sum.inputs.find((id) => id !== norm.id) : undefined
    const residual = other === undefined || toCome.has(other) ? null : other
    if (residual !== null) last = sum ?? last
    const end = next.get(last.id)
    const relu = (last.kind === 'batchNorm' || last.kind === 'add') && end?.kind === 'relu'
    if (relu) last = end
    for (const joined of [norm, residual === null ? null : sum, relu ? end : null]) if (joined) absorbed.add(joined.id)
    toCome.delete(last.id)
    const inputs = residual === null ? inputsOf(node) : [...inputsOf(node), residual]
    steps.push({ node, norm, residual, relu, inputs, output: last.id })
  }
  return steps
}
