import { availableParallelism, cpus } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import type { ActiveDevice, ActivateOptions, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { memoryLimitBytes } from './wasm/tfjs-module.ts'

/** The processor, through tfjs-backend-wasm and our own kernels on every core; works everywhere Node does. */
export const wasmDevice: Device = { id: 'wasm', deterministic: true, probe, activate }

function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'processor'
}

async function probe(): Promise<Availability> {
  return { available: true, name: processorName(), reason: null }
}

async function activate(options: ActivateOptions): Promise<ActiveDevice> {
  const threads = Math.max(1, options.threads ?? availableParallelism())
  const { startWasmBackend } = await import('./wasm/backend.ts')
  registerGradients()
  const backend = await startWasmBackend(threads)
  await tf.setBackend('wasm')
  return {
    id: 'wasm',
    name: `${processorName()}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
    threads,
    memoryLimitBytes,
    deterministic: true,
    dispose: backend.dispose,
  }
}
