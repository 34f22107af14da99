import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { halvesFeature, type Card, type Cards, type GpuDevice } from './cards.ts'
import type { CardUse, GpuBackend } from './gpu-program.ts'
import { registerKernels } from './register-kernels.ts'

export const backendName = 'webgpu'

/** A card in use by tfjs. */
export interface OpenCard {
  /** The most that a tensor may take. */
  readonly tensorLimitBytes: number
  readonly backend: GpuBackend
  /** Frees the card; whatever lies on it is gone. */
  close(): void
}

/** By the first the time of each kernel is measured. */
const usedFeatures = ['timestamp-query', halvesFeature]
const usedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
]

/**
 * Makes a card tfjs's backend, with our kernels. Once it has failed reading a tensor throws: device-lost, out-of-memory.
 * Errors: no-device.
 */
export async function openCard({ gpu }: Cards, card: Card, precision: CardUse['precision']): Promise<OpenCard> {
  const adapter = await gpu.requestAdapter({ powerPreference: card.powerPreference })
  if (adapter === null) throw new AppError('no-device', said`${card.name} is gone.`)
  const device = await adapter.requestDevice({
    requiredFeatures: usedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(usedLimits.map((name) => [name, adapter.limits[name]])),
  })
  if (card.hasHalves) allowHalves(device)
  const failure = watch(device)
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  /** What a failed card gives is not to be trusted: a tensor without memory reads as nothing but zeros. */
  class WatchedBackend extends WebGPUBackend {
    readonly use: CardUse = { isSoftware: card.isSoftware, precision }

    override async read(dataId: object): ReturnType<InstanceType<typeof WebGPUBackend>['read']> {
      const values = await super.read(dataId).catch((thrown: unknown) => {
        failure.throwIfAborted()
        throw new AppError('device-lost', said`The graphics card gives no answer: ${firstLine(thrown)}`)
      })
      failure.throwIfAborted()
      return values
    }
  }
  const backend = Reflect.construct(WatchedBackend, [device, adapter.info]) as tf.KernelBackend
  if (tf.findBackendFactory(backendName) != null) tf.removeBackend(backendName)
  tf.registerBackend(backendName, () => backend)
  if (!(await tf.setBackend(backendName))) {
    device.destroy()
    throw new AppError('no-device', said`The WebGPU backend could not be started.`)
  }
  registerKernels(backendName)
  return {
    tensorLimitBytes: adapter.limits.maxStorageBufferBindingSize,
    backend: backend as unknown as GpuBackend,
    close: () => {
      // Another card may have taken its place.
      if (tf.findBackendFactory(backendName)?.() === backend) tf.removeBackend(backendName)
      device.destroy()
    },
  }
}

/** What enables them must stand before all else, where tfjs puts its own code. */
function allowHalves(device: GpuDevice): void {
  const create = device.createShaderModule.bind(device)
  device.createShaderModule = ({ code, ...others }) =>
    create({ ...others, code: code.includes('f16') ? `enable f16;\n${code}` : code })
}

/** Aborted when the card has failed. */
function watch(device: GpuDevice): AbortSignal {
  const failure = new AbortController()
  void device.lost.then(({ message }) => {
    failure.abort(new AppError('device-lost', said`The graphics card was lost: ${message}`))
  })
  device.addEventListener('uncapturederror', ({ error }) => {
    const isMemory = error.constructor.name === 'GPUOutOfMemoryError'
    failure.abort(
      isMemory
        ? new AppError('out-of-memory', said`The memory of the graphics card did not suffice.`)
        : new AppError('device-lost', said`The graphics card refused to compute: ${firstLine(error)}`),
    )
  })
  return failure.signal
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''
}
