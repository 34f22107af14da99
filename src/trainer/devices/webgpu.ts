import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import type { ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { describeLoadError, isMissingPackage, type OptionalPackage } from './optional-package.ts'

const backendName = 'webgpu'
const fallbackName = said`graphics card through WebGPU`

/** Any graphics card through tfjs-backend-webgpu on Dawn. Its tensors are read with `data()` only, never `dataSync()`. */
export const webgpuDevice: Device = { id: 'webgpu', deterministic: false, probe, activate }

/** The little that is used of WebGPU's interface, which Node's types do not have. */
interface Gpu {
  requestAdapter(options?: { powerPreference: 'high-performance' }): Promise<Adapter | null>
}
interface Adapter {
  readonly info: { readonly description: string; readonly vendor: string; readonly architecture: string }
  readonly limits: { readonly maxBufferSize: number }
}

async function probe(): Promise<Availability> {
  const found = await load()
  if (found.loaded === null) return { available: false, name: fallbackName, reason: found.reason, cure: found.cure }
  return { available: true, name: found.loaded.name, reason: null, precisions: ['float32'] }
}

async function activate(): Promise<ActiveDevice> {
  const found = await load()
  if (found.loaded === null) throw new AppError('no-device', found.reason)
  registerGradients()
  // It registers its backend on import, and only when navigator.gpu is there by then.
  await import('@tensorflow/tfjs-backend-webgpu')
  if (!(await tf.setBackend(backendName)))
    throw new AppError('no-device', said`The WebGPU backend could not be started.`)
  return {
    id: 'webgpu',
    name: found.loaded.name,
    threads: 1,
    precision: 'float32',
    memoryLimitBytes: found.loaded.maxBufferBytes,
    deterministic: false,
    // The backend stays registered, so that the device can be activated again; its tensors go with their scopes.
    dispose: async () => tf.disposeVariables(),
  }
}

interface Card {
  readonly name: string
  readonly maxBufferBytes: number
}

let attempt: Promise<OptionalPackage<Card>> | null = null

/** Starting Dawn loads the graphics drivers into the process, so it happens once. */
function load(): Promise<OptionalPackage<Card>> {
  attempt ??= loadOnce()
  return attempt
}

/**
 * On Linux a card shows up as a device file. Without one Dawn would load every driver only to find none, and print what it
 * misses. Someone who names a Vulkan driver, such as one that computes on the processor, wants it tried all the same.
 */
async function hasCard(): Promise<boolean> {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES'] !== undefined) return true
  const cards = await readdir('/dev/dri').catch(() => [])
  return cards.some((name) => name.startsWith('renderD')) || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
}

async function loadOnce(): Promise<OptionalPackage<Card>> {
  if (!(await hasCard())) {
    return {
      loaded: null,
      reason: said`This machine shows no graphics card.`,
      cure: said`If it has one, install its driver, and let this user open the files in /dev/dri.`,
    }
  }
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    const gpu = create([]) as unknown as Gpu
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (adapter === null) {
      return {
        loaded: null,
        reason: said`WebGPU is installed but finds no graphics card with a driver that it accepts.`,
        cure: said`Install a current graphics driver (on Linux a Vulkan driver; Mesa 23 or newer).`,
      }
    }
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
    const { description, vendor, architecture } = adapter.info
    const name = description || [vendor, architecture].filter((part) => part !== '').join(' ') || fallbackName
    return { loaded: { name, maxBufferBytes: adapter.limits.maxBufferSize } }
  } catch (thrown) {
    return { loaded: null, ...explain(thrown) }
  }
}

function explain(thrown: unknown): { reason: Said; cure: Said | null } {
  const { code, message } = describeLoadError(thrown)
  if (isMissingPackage(thrown, 'webgpu')) {
    return { reason: said`The optional package webgpu is not installed.`, cure: said`Run \`npm install\`.` }
  }
  if (code === 'MODULE_NOT_FOUND') {
    return { reason: said`The package webgpu has no build for ${process.platform} ${process.arch}.`, cure: null }
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return {
      reason: said`A library that WebGPU needs is missing: ${message}`,
      cure: said`Install the graphics driver and the libraries that the message names.`,
    }
  }
  return { reason: said`WebGPU could not be started: ${message}`, cure: null }
}
