import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { TensorData } from '@tensorflow/tfjs-backend-cpu/dist/backend_cpu'
import * as tf from '@tensorflow/tfjs-core'
import type { Addon, Handle, Operand } from './addon.ts'
import { Entry, type Values } from './entry.ts'
import { tellingLackOfMemory } from './lack-of-memory.ts'

/**
 * tfjs's plain backend, whose tensors may lie in native memory instead. Kernels that the addon has take and give native
 * tensors; all others are the plain ones, for which values are read back.
 */
export class OnednnBackend extends MathBackendCPU {
  readonly addon: Addon

  constructor(addon: Addon) {
    super()
    this.addon = addon
  }

  override write(values: Values, shape: number[], dtype: tf.DataType): object {
    const dataId = {}
    this.#set(dataId, new Entry(this.addon, { values, dtype, refCount: 1, count: tf.util.sizeFromShape(shape) }))
    return dataId
  }

  override move(...[dataId, values, shape, dtype, refCount]: Parameters<MathBackendCPU['move']>): void {
    this.#set(dataId, new Entry(this.addon, { values, dtype, refCount, count: tf.util.sizeFromShape(shape) }))
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.data.has(dataId) ? this.#entry(dataId) : null
    const isGone = super.disposeData(dataId, force)
    if (isGone) entry?.release()
    return isGone
  }

  override memory() {
    const { inUseBytes, keptBytes } = this.addon.memory()
    return { unreliable: false, reasons: [], inUseBytes, keptBytes }
  }

  override dispose(): void {
    this.addon.stop()
  }

  /** A float tensor as native kernels take it. */
  operand({ dataId, shape }: tf.TensorInfo): Operand {
    return [this.#entry(dataId).handle, shape]
  }

  /** Whether nothing else has the data of this tensor. */
  isSole({ dataId }: tf.TensorInfo): boolean {
    return this.#entry(dataId).isSole
  }

  /** The same, to be changed in place. */
  changing({ dataId, shape }: tf.TensorInfo): Operand {
    return [this.#entry(dataId).changing(), shape]
  }

  /** A tensor of what a native kernel made; its lack of memory is told with its numbers. */
  made(shape: readonly number[], compute: () => Handle): tf.TensorInfo {
    return this.wrap(shape, this.native(compute))
  }

  wrap(shape: readonly number[], handle: Handle): tf.TensorInfo {
    const dataId = {}
    const dims = [...shape]
    const count = tf.util.sizeFromShape(dims)
    this.#set(dataId, new Entry(this.addon, { handle, dtype: 'float32', refCount: 1, count }))
    return { dataId, shape: dims, dtype: 'float32' }
  }

  /** A tensor of its own with the data of another, which is copied when one of them is changed in place. */
  copied({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    const copyId = {}
    this.#set(copyId, this.#entry(dataId).copy())
    return { dataId: copyId, shape, dtype }
  }

  native<Result>(compute: () => Result): Result {
    return tellingLackOfMemory(compute)
  }

  #set(dataId: object, entry: Entry): void {
    // tfjs's type has plain values only; ours come when they are asked for.
    this.data.set(dataId, entry as unknown as TensorData<tf.DataType>)
  }

  #entry(dataId: object): Entry {
    return this.data.get(dataId) as unknown as Entry
  }
}
