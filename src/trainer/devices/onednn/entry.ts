import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core'
import type { Addon, Handle } from './addon.ts'
import { outOfMemory, tellingLackOfMemory } from './lack-of-memory.ts'

export type Values = backend_util.BackendValues

/** Values of larger tensors are not kept here once they lie in native memory. */
const keptTwiceMax = 4096

/** A native tensor and how many entries have it. */
interface Shared {
  readonly handle: Handle
  users: number
}

export interface EntryStart {
  readonly dtype: DataType
  readonly refCount: number
  readonly count: number
  readonly values?: Values
  readonly handle?: Handle
}

/**
 * The data of a tensor: plain values, a native tensor, or both while they say the same. A copy shares its native tensor,
 * with all layouts that were made of it, until one of the two is changed in place.
 */
export class Entry {
  readonly dtype: DataType
  refCount: number
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo }
  readonly #addon: Addon
  readonly #count: number
  #values: Values | undefined
  #native: Shared | null

  constructor(addon: Addon, { dtype, refCount, count, values, handle }: EntryStart) {
    this.#addon = addon
    this.dtype = dtype
    this.refCount = refCount
    this.#count = count
    this.#values = values
    this.#native = handle === undefined ? null : { handle, users: 1 }
  }

  /** What tfjs's plain kernels read. */
  get values(): Values | undefined {
    if (this.#values === undefined && this.#native !== null) this.#values = this.#read(this.#native.handle)
    return this.#values
  }

  set values(values: Values | undefined) {
    this.#letGo()
    this.#values = values
  }

  /** The native tensor, uploaded the first time. */
  get handle(): Handle {
    if (this.#native === null) {
      const values = this.#values
      if (this.dtype !== 'float32' || values === undefined) throw new Error('Only floats have a native tensor.')
      this.#native = { handle: this.#addon.upload(asFloats(values)), users: 1 }
      if (this.#count > keptTwiceMax) this.#values = undefined
    }
    return this.#native.handle
  }

  /** A kernel is about to change the native tensor in place: no copy may share it. */
  changing(): Handle {
    if (this.#native !== null && this.#native.users > 1) this.values = this.#read(this.#native.handle)
    const { handle } = this
    this.#values = undefined
    return handle
  }

  get isSole(): boolean {
    return this.refCount === 1 && (this.#native === null || this.#native.users === 1)
  }

  /** The same data for another tensor. */
  copy(): Entry {
    const { dtype } = this
    const copied = new Entry(this.#addon, { dtype, refCount: 1, count: this.#count })
    copied.#native = this.#native
    if (this.#native === null) copied.#values = this.#values?.slice()
    else this.#native.users += 1
    return copied
  }

  /** Memory goes back at once, whenever the garbage collector comes. */
  release(): void {
    this.#letGo()
    this.#values = undefined
  }

  #read(handle: Handle): Float32Array {
    const values = this.#room()
    tellingLackOfMemory(() => this.#addon.read(handle, [this.#count], values))
    return values
  }

  #room(): Float32Array {
    try {
      return new Float32Array(this.#count)
    } catch {
      throw outOfMemory({ sizeBytes: this.#count * 4, inUseBytes: this.#addon.memory().inUseBytes })
    }
  }

  #letGo(): void {
    if (this.#native !== null && --this.#native.users === 0) this.#addon.release(this.#native.handle)
    this.#native = null
  }
}

function asFloats(values: Values): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>)
}
