import { bytesPerNumber, decodeFloats, isFloat } from '../number-formats.ts'
import type { Weight, WeightMap } from '../weight-map.ts'
import { damaged, shown } from './checkpoint-fault.ts'
import type { StorageReference, TensorReference } from './pickle-values.ts'
import { said } from '../../../shared/said.ts'

/** Gives the content of a storage by its key, of exactly the size that is asked for. */
export type ReadStorage = (storage: StorageReference, sizeBytes: number) => Promise<Uint8Array>

/** How much of what is stored may be read more than once, as weights that layers share are. */
const sharingMax = 4

/** Row-major values of a view; the view was checked when it was made. */
function gather(numbers: Float32Array, { offset, shape, strides, count }: TensorReference): Float32Array {
  const result = new Float32Array(count)
  const index = shape.map(() => 0)
  let source = offset
  for (let target = 0; target < count; target += 1) {
    result[target] = numbers[source] as number
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const stride = strides[axis] as number
      index[axis] = (index[axis] as number) + 1
      source += stride
      if ((index[axis] as number) < (shape[axis] as number)) break
      source -= stride * (index[axis] as number)
      index[axis] = 0
    }
  }
  return result
}

function isWholeRowMajor({ offset, shape, strides, count, storage }: TensorReference): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis] as number
  }
  return offset === 0 && count === storage.count
}

/** Tensors by the storage that they lie in; a storage that is described in two ways is damaged. */
function byStorage(tensors: ReadonlyMap<string, TensorReference>): Map<string, [string, TensorReference][]> {
  const groups = new Map<string, [string, TensorReference][]>()
  for (const [name, tensor] of tensors) {
    const { key, count, format } = tensor.storage
    const group = groups.get(key)
    const first = group?.[0]?.[1].storage
    if (first !== undefined && (first.count !== count || first.format !== format)) {
      damaged(said`its storage ${shown(key)} is described in two ways`)
    }
    if (group === undefined) groups.set(key, [[name, tensor]])
    else group.push([name, tensor])
  }
  return groups
}

/**
 * The tensors of floats as float32, row-major, in the order given; those of integers are left aside. One storage is in
 * memory at a time. Throws a CheckpointFault.
 */
export async function readTensors(
  tensors: ReadonlyMap<string, TensorReference>,
  readStorage: ReadStorage,
): Promise<WeightMap> {
  const floats = new Map([...tensors].filter(([, tensor]) => isFloat(tensor.storage.format)))
  const weights = new Map<string, Weight>()
  for (const group of byStorage(floats).values()) {
    const { storage } = (group[0] as [string, TensorReference])[1]
    const total = group.reduce((sum, [, tensor]) => sum + tensor.count, 0)
    if (total > sharingMax * storage.count)
      damaged(said`its storage ${shown(storage.key)} is unfolded ${group.length} times`)
    const bytes = await readStorage(storage, storage.count * bytesPerNumber[storage.format])
    const numbers = decodeFloats(bytes, storage.format, storage.count)
    for (const [name, tensor] of group) {
      const values = isWholeRowMajor(tensor) && group.length === 1 ? numbers : gather(numbers, tensor)
      weights.set(name, { shape: tensor.shape, values })
    }
  }
  return new Map([...floats.keys()].map((name) => [name, weights.get(name) as Weight]))
}
