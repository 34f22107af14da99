import { damaged } from './checkpoint-fault.ts'
import { isTensor } from './pickle-values.ts'
import type { PickleValue, TensorReference } from './pickle-values.ts'
import { said } from '../../../shared/said.ts'

/** Where training programs put the weights beside epoch, optimizer and the like, most common first. */
const usualKeys = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'weights'] as const
/** What wrappers put before every name: data parallelism, Lightning, compilation. */
const usualPrefixes = ['module.', 'model.', '_orig_mod.', 'backbone.'] as const

/** Tensors that lie directly in a dictionary; other values beside them are left aside. */
function tensorsIn(value: PickleValue | undefined): Map<string, TensorReference> {
  const tensors = new Map<string, TensorReference>()
  if (!(value instanceof Map)) return tensors
  for (const [key, item] of value) {
    if (typeof key === 'string' && isTensor(item)) tensors.set(key, item)
  }
  return tensors
}

function stripPrefixes(tensors: Map<string, TensorReference>): Map<string, TensorReference> {
  const prefix = usualPrefixes.find((candidate) => [...tensors.keys()].every((name) => name.startsWith(candidate)))
  if (prefix === undefined) return tensors
  return stripPrefixes(new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])))
}

/**
 * The tensors by name, out of the dictionary itself or one that is nested in it: whichever holds most, since a training
 * program may keep its best accuracy as a tensor beside the weights. Throws a CheckpointFault.
 */
export function findStateDict(root: PickleValue): Map<string, TensorReference> {
  if (!(root instanceof Map)) damaged(said`it does not hold a dictionary of weights (a state_dict)`)
  const candidates = [root, ...usualKeys.map((key) => root.get(key))].map(tensorsIn)
  const most = candidates.reduce((best, tensors) => (tensors.size > best.size ? tensors : best))
  if (most.size > 0) return stripPrefixes(most)
  return damaged(said`it holds no weights, neither at the top nor under ${usualKeys.join(', ')}`)
}
