import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { TensorData } from '@tensorflow/tfjs-backend-cpu/dist/backend_cpu'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Addon, Handle, Operand } from './addon.ts'

type Values = tf.backend_util.BackendValues

/** Values of larger tensors are not kept here once they lie in native memory. */
const keptTwiceMax = 4096

/** The data of a tensor: plain values, a native tensor, or both while they say the same. */
class Entry {
  readonly dtype: tf.DataType
  refCount: number
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo }
  readonly #addon: Addon
  #values: Values | undefined
  #handle: Handle | null
  readonly #count: number

  constructor(
    addon: Addon,
    given: { dtype: tf.DataType; refCount: number; values?: Values; handle?: Handle; count: number },
  ) {
    this.#addon = addon
    this.dtype = given.dtype
    this.refCount = given.refCount
    this.#values = given.values
    this.#handle = given.handle ?? null
    this.#count = given.count
  }

  /** What tfjs's plain kernels read. */
  get values(): Values | undefined {
    if (this.#values === undefined && this.#handle !== null) this.#values = this.#read(this.#handle)
    return this.#values
  }

  set values(values: Values | undefined) {
    this.#release()
    this.#values = values
  }

  /** The native tensor, uploaded the first time. */
  get handle(): Handle {
    if (this.#handle === null) {
      const values = this.#values
      if (this.dtype !== 'float32' || values === undefined) throw new Error('Only floats have a native tensor.')
      this.#handle = this.#addon.upload(
        values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>),
      )
      if (this.#count > keptTwiceMax) this.#values = undefined
    }
    return this.#handle
  }

  /** A kernel is about to change the native tensor in place. */
  changing(): Handle {
    const { handle } = this
    this.#values = undefined
    return handle
  }

  /** Memory goes back at once, whenever the garbage collector comes. */
  release(): void {
    this.#release()
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

  #release(): void {
    if (this.#handle !== null) this.#addon.release(this.#handle)
    this.#handle = null
  }
}

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
    this.#set(dataId, { values, dtype, refCount: 1, count: tf.util.sizeFromShape(shape) })
    return dataId
  }

  override move(...[dataId, values, shape, dtype, refCount]: Parameters<MathBackendCPU['move']>): void {
    this.#set(dataId, { values, dtype, refCount, count: tf.util.sizeFromShape(shape) })
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
    this.#set(dataId, { handle, dtype: 'float32', refCount: 1, count: tf.util.sizeFromShape(dims) })
    return { dataId, shape: dims, dtype: 'float32' }
  }

  native<Result>(compute: () => Result): Result {
    return tellingLackOfMemory(compute)
  }

  #set(dataId: object, given: ConstructorParameters<typeof Entry>[1]): void {
    // tfjs's type has plain values only; ours come when they are asked for.
    this.data.set(dataId, new Entry(this.addon, given) as unknown as TensorData<tf.DataType>)
  }

  #entry(dataId: object): Entry {
    return this.data.get(dataId) as unknown as Entry
  }
}

interface LackOfMemory {
  /** 0 where nobody knows. */
  readonly sizeBytes: number
  readonly inUseBytes: number
}

function isLackOfMemory(thrown: unknown): thrown is LackOfMemory {
  return thrown instanceof Error && typeof Reflect.get(thrown, 'sizeBytes') === 'number'
}

function tellingLackOfMemory<Result>(compute: () => Result): Result {
  try {
    return compute()
  } catch (thrown) {
    throw isLackOfMemory(thrown) ? outOfMemory(thrown) : thrown
  }
}

function outOfMemory({ sizeBytes, inUseBytes }: LackOfMemory): AppError {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2)
  return new AppError(
    'out-of-memory',
    sizeBytes === 0
      ? said`The onednn device found no memory left beside the ${mebibytes(inUseBytes)} MiB that it uses: use a smaller
          micro-batch or smaller images.`
      : said`The onednn device could not get ${mebibytes(sizeBytes)} MiB beside the ${mebibytes(inUseBytes)} MiB that it
          uses: use a smaller micro-batch or smaller images.`,
  )
}
