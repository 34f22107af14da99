import { availableParallelism, cpus } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { ActiveDevice, ActivateOptions, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { findKernelFile } from './wasm/kernel-file.ts'
import { memoryLimitBytes } from './wasm/tfjs-module.ts'

/** The processor, through tfjs-backend-wasm and our own kernels on every core; works everywhere Node does. */
export const wasmDevice: Device = { id: 'wasm', deterministic: true, probe, activate }

function processorName(): string {
  return cpus()[0]?.model.trim() ?? said`processor`
}

const missing = {
  reason: said`Its compiled kernels are missing.`,
  cure: said`Build them with \`npm run build\`.`,
}

async function probe(): Promise<Availability> {
  const name = processorName()
  return findKernelFile() === null
    ? { available: false, name, ...missing }
    : { available: true, name, reason: null, precisions: ['float32'] }
}

async function activate(options: ActivateOptions): Promise<ActiveDevice> {
  const threads = Math.max(1, options.threads ?? availableParallelism())
  const { startWasmBackend } = await import('./wasm/backend.ts')
  const kernelFile = findKernelFile()
  if (kernelFile === null) throw new AppError('no-device', said`${missing.reason} ${missing.cure}`)
  registerGradients()
  const backend = await startWasmBackend(threads, kernelFile)
  await tf.setBackend('wasm')
  return {
    id: 'wasm',
    name: threads === 1 ? said`${processorName()}, 1 thread` : said`${processorName()}, ${threads} threads`,
    threads,
    precision: 'float32',
    memoryLimitBytes,
    deterministic: true,
    dispose: backend.dispose,
  }
}
