import type { WeightMap } from '../weight-map.ts'
import { bytesPerNumber } from '../number-formats.ts'
import { CheckpointFault, damaged, shown } from './checkpoint-fault.ts'
import { countOf, isKind } from './pickle-values.ts'
import type { PickleValue, StorageReference } from './pickle-values.ts'
import type { RandomAccessFile } from './random-access-file.ts'
import { readTensors } from './read-tensors.ts'
import { findStateDict } from './state-dict.ts'
import { unpickle } from './unpickle.ts'
import type { Unpickled } from './unpickle.ts'
import { said } from '../../../shared/said.ts'

const magic = 0x1950a86a20f9469cfc6cn
const protocolVersion = 1001
/** The pickles come first; storages follow them. */
const pickleBytesMax = 16 * 2 ** 20

/** All storages that values refer to, wherever; one walk over each value, however they are entangled. */
function storagesIn(root: PickleValue): Map<string, StorageReference> {
  const found = new Map<string, StorageReference>()
  const seen = new Set<PickleValue>()
  const waiting: PickleValue[] = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (value instanceof Map || Array.isArray(value)) for (const item of value.values()) waiting.push(item)
    else if (isKind(value, 'tuple')) for (const item of value.items) waiting.push(item)
    else if (isKind(value, 'tensor')) waiting.push(value.storage)
    else if (isKind(value, 'storage')) found.set(value.key, value)
  }
  return found
}

function checkSystem(system: PickleValue): void {
  const isLittleEndian = system instanceof Map ? system.get('little_endian') : undefined
  if (isLittleEndian !== true) damaged(said`its numbers are not little-endian`)
}

/** Where each storage's numbers begin, as the list of keys orders them: a 64-bit count, then the numbers. */
async function locateStorages(
  file: RandomAccessFile,
  keys: PickleValue,
  storages: ReadonlyMap<string, StorageReference>,
  start: number,
): Promise<Map<string, number>> {
  if (!Array.isArray(keys)) damaged(said`it does not list its storages`)
  const offsets = new Map<string, number>()
  let position = start
  for (const key of keys as readonly PickleValue[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (storage === undefined || offsets.has(storage.key))
      damaged(said`it lists a storage that nothing refers to, or one twice`)
    const head = await file.read(position, 8)
    const count = countOf(new DataView(head.buffer).getBigInt64(0, true), said`the size of a storage`)
    if (count !== storage.count)
      damaged(said`its storage ${shown(storage.key)} has ${count} numbers instead of ${storage.count}`)
    offsets.set(storage.key, position + 8)
    position += 8 + count * bytesPerNumber[storage.format]
  }
  return offsets
}

/** What is no pickle at all is some other kind of file: say so instead of which byte it failed at. */
function unpickleMagic(bytes: Uint8Array): Unpickled {
  try {
    const first = unpickle(bytes)
    if (first.value === magic) return first
  } catch (fault) {
    if (!(fault instanceof CheckpointFault) || fault.kind === 'refused') throw fault
  }
  return damaged(said`it is neither a safetensors file nor a checkpoint of PyTorch`)
}

/**
 * The format before PyTorch 1.6: magic number, version, facts about the machine, the object, the list of storages, each
 * a pickle; then the storages. Throws a CheckpointFault.
 */
export async function readLegacyCheckpoint(file: RandomAccessFile): Promise<WeightMap> {
  const bytes = await file.read(0, Math.min(file.sizeBytes, pickleBytesMax))
  const first = unpickleMagic(bytes)
  const version = unpickle(bytes, first.end)
  if (version.value !== protocolVersion) damaged(said`it is written in an unknown version of the format`)
  const system = unpickle(bytes, version.end)
  checkSystem(system.value)
  const object = unpickle(bytes, system.end)
  const keys = unpickle(bytes, object.end)
  const offsets = await locateStorages(file, keys.value, storagesIn(object.value), keys.end)
  return readTensors(findStateDict(object.value), async (storage, sizeBytes) => {
    const offset = offsets.get(storage.key)
    return offset === undefined
      ? damaged(said`its storage ${shown(storage.key)} is missing`)
      : file.read(offset, sizeBytes)
  })
}
