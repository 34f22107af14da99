import type { NumberFormat } from '../number-formats.ts'
import { damaged, refused, shown } from './checkpoint-fault.ts'
import { countOf, isKind, tupleItems } from './pickle-values.ts'
import type { PickleDictionary, PickleValue, StorageReference, TensorReference } from './pickle-values.ts'
import { said, type Said } from '../../../shared/said.ts'

const storageFormats: ReadonlyMap<string, NumberFormat> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
])

const rankMax = 8

function perDimension(value: PickleValue | undefined, what: Said): number[] {
  const items = tupleItems(value, what)
  if (items.length > rankMax) damaged(said`a tensor has more than ${rankMax} dimensions`)
  return items.map((item) => countOf(item, what))
}

/** The view, once every index in it is known to lie in the storage. */
function tensorOf(args: readonly PickleValue[]): TensorReference {
  const [storage, offsetValue, shapeValue, stridesValue] = args
  if (!isKind(storage, 'storage')) damaged(said`a tensor without a storage`)
  const offset = countOf(offsetValue, said`the offset of a tensor`)
  const shape = perDimension(shapeValue, said`the shape of a tensor`)
  const strides = perDimension(stridesValue, said`the strides of a tensor`)
  if (shape.length !== strides.length) damaged(said`a tensor has not as many strides as sizes`)
  const count = shape.reduce((product, size) => product * size, 1)
  // Products beyond 2^53 stay beyond it, so that rounding cannot bring a wrong index back into the storage.
  const last = shape.reduce((index, size, axis) => index + (size - 1) * (strides[axis] ?? 0), offset)
  if (count > 0 && last >= storage.count) {
    damaged(said`a tensor reaches to number ${last} of a storage of ${storage.count}`)
  }
  // Otherwise a short storage could unfold into any amount of memory.
  if (count > storage.count) damaged(said`a tensor of ${count} numbers lies in a storage of ${storage.count}`)
  return { kind: 'tensor', storage, offset, shape, strides, count }
}

function orderedDictionary(args: readonly PickleValue[]): PickleDictionary {
  const dictionary: PickleDictionary = new Map()
  const [pairs, ...more] = args
  if (pairs === undefined) return dictionary
  if (!Array.isArray(pairs) || more.length > 0)
    damaged(said`an OrderedDict is made of something else than a list of pairs`)
  // Taken out of the list, so that a short pickle cannot unfold one list again and again.
  for (const pair of pairs.splice(0)) {
    const [key, value, ...rest] = isKind(pair, 'tuple') ? pair.items : Array.isArray(pair) ? pair : []
    if (value === undefined || rest.length > 0) damaged(said`an OrderedDict is made of something else than pairs`)
    dictionary.set(keyOf(key), value)
  }
  return dictionary
}

export function keyOf(value: PickleValue | undefined): string | number {
  return typeof value === 'string' || typeof value === 'number'
    ? value
    : damaged(said`a dictionary has keys that are neither text nor numbers`)
}

/** What may be called, with what it yields: all that torch writes into a `state_dict`, and no more. */
const callables: ReadonlyMap<string, (args: readonly PickleValue[]) => PickleValue> = new Map<
  string,
  (args: readonly PickleValue[]) => PickleValue
>([
  ['collections.OrderedDict', orderedDictionary],
  ['torch._utils._rebuild_tensor', tensorOf],
  ['torch._utils._rebuild_tensor_v2', tensorOf],
  // (tensor, requires_grad, hooks): of which only the tensor matters.
  [
    'torch._utils._rebuild_parameter',
    ([tensor]) => (isKind(tensor, 'tensor') ? tensor : damaged(said`a parameter without a tensor`)),
  ],
  [
    'torch.Size',
    ([sizes]) => ({ kind: 'tuple', items: Array.isArray(sizes) ? sizes : tupleItems(sizes, said`a torch.Size`) }),
  ],
])

/** Errors: refused, for every name that is not on the list. */
export function resolveGlobal(module: string, name: string): PickleValue {
  const full = `${module}.${name}`
  if (!callables.has(full) && !storageFormats.has(full)) {
    refused(said`it asks for ${shown(full)}, which is not among the few names that weights need`)
  }
  return { kind: 'global', name: full }
}

export function callGlobal(callee: PickleValue | undefined, args: readonly PickleValue[]): PickleValue {
  if (!isKind(callee, 'global')) refused(said`it calls something that is not a name on the list (opcode REDUCE)`)
  const callable = callables.get(callee.name)
  return callable === undefined ? refused(said`it calls ${shown(callee.name)} (opcode REDUCE)`) : callable(args)
}

/** ('storage', type, key, location, count[, view]), as torch's persistent ids are. */
export function storageOf(id: PickleValue | undefined): StorageReference {
  const [kind, type, key, , countValue, view] = tupleItems(id, said`a persistent id`)
  if (kind !== 'storage') refused(said`it refers to something else than a storage (opcode BINPERSID)`)
  const format = isKind(type, 'global') ? storageFormats.get(type.name) : undefined
  if (format === undefined) damaged(said`a storage has no known type`)
  if (typeof key !== 'string') damaged(said`a storage has no key`)
  if (view !== undefined && view !== null)
    refused(said`a storage is a view of another, as PyTorch wrote them before 2019`)
  return { kind: 'storage', key, format, count: countOf(countValue, said`the size of a storage`) }
}
