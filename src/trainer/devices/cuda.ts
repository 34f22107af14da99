import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import type { ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { leastMemoryBytes, nvidiaMemoryBytes } from './graphics-memory.ts'
import { describeLoadError, type OptionalPackage } from './optional-package.ts'

const packageName = '@tensorflow/tfjs-node-gpu'
const backendName = 'tensorflow'
const name = said`NVIDIA graphics card through TensorFlow`

/** NVIDIA cards through tfjs-node-gpu and its libtensorflow; only 64-bit Linux and Windows have it. */
export const cudaDevice: Device = { id: 'cuda', deterministic: false, probe, activate }

async function probe(): Promise<Availability> {
  const loaded = await load()
  if (loaded.loaded === null) return { available: false, name, reason: loaded.reason, cure: loaded.cure }
  return { available: true, name, reason: null, precisions: ['float32'] }
}

async function activate(): Promise<ActiveDevice> {
  const { loaded, ...failure } = await load()
  if (loaded === null) throw new AppError('no-device', 'reason' in failure ? failure.reason : said`cuda failed to load`)
  registerGradients()
  if (!(await tf.setBackend(backendName))) throw new AppError('no-device', said`TensorFlow could not be started.`)
  return {
    id: 'cuda',
    name,
    threads: 1,
    precision: 'float32',
    memoryLimitBytes: loaded.memoryBytes,
    deterministic: false,
    // The binding keeps its context until the process ends and cannot be registered twice, so it stays registered.
    dispose: async () => tf.disposeVariables(),
  }
}

interface Cuda {
  readonly memoryBytes: number
}

let attempt: Promise<OptionalPackage<Cuda>> | null = null

/** Loading registers a backend for the whole process, so it happens once. */
function load(): Promise<OptionalPackage<Cuda>> {
  attempt ??= loadOnce()
  return attempt
}

async function loadOnce(): Promise<OptionalPackage<Cuda>> {
  if (process.arch !== 'x64' || !['linux', 'win32'].includes(process.platform)) {
    return {
      loaded: null,
      reason: said`${packageName} has no build for ${process.platform} ${process.arch}.`,
      cure: null,
    }
  }
  const require = createRequire(import.meta.url)
  try {
    require.resolve(packageName)
  } catch {
    return {
      loaded: null,
      reason: said`The optional package ${packageName} is not installed.`,
      cure: said`Run \`npm install\` where the network allows downloads; it fetches TensorFlow for NVIDIA cards.`,
    }
  }
  // Loading the package changes tfjs's state for good, so it is left alone where no card can be there.
  if (process.platform === 'linux' && !existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) {
    return {
      loaded: null,
      reason: said`This machine shows no NVIDIA card with a loaded driver.`,
      cure: said`If it has one, install its driver; \`nvidia-smi\` must list the card.`,
    }
  }
  // The package calls two functions that Node 23 removed; without them its first tensor throws.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value == null,
    isArray: (value: unknown) => Array.isArray(value),
  })
  // Otherwise TensorFlow takes the whole memory of the card, and prints its start-up to standard error.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const before = tf.engine().backendName
  try {
    require(packageName)
  } catch (thrown) {
    return { loaded: null, ...explain(thrown) }
  } finally {
    if (before != null && tf.engine().backendName !== before) await tf.setBackend(before)
  }
  return findCard()
}

/** The binding falls back to the processor when it finds no card, which is slower than our own wasm device. */
async function findCard(): Promise<OptionalPackage<Cuda>> {
  const backend: unknown = tf.findBackend(backendName)
  const usesCard = typeof backend === 'object' && backend !== null && Reflect.get(backend, 'isUsingGpuDevice') === true
  if (usesCard) return { loaded: { memoryBytes: (await nvidiaMemoryBytes()) ?? leastMemoryBytes } }
  return {
    loaded: null,
    reason: said`TensorFlow is installed but finds no NVIDIA card that it can use.`,
    cure: said`Install an NVIDIA driver newer than 450, CUDA 11.2 and cuDNN 8.1; \`nvidia-smi\` must list the card.`,
  }
}

function explain(thrown: unknown): { reason: Said; cure: Said | null } {
  const { message } = describeLoadError(thrown)
  if (/native addon module|tfjs_binding/.test(message)) {
    return {
      reason: said`${packageName} is installed without its native part.`,
      cure: said`Run \`npm rebuild ${packageName}\` where the network allows downloads.`,
    }
  }
  if (/libtensorflow|libcud|cannot open shared object|specified module could not be found/.test(message)) {
    return {
      reason: said`A library that TensorFlow needs is missing: ${message}`,
      cure: said`Install CUDA 11.2 and cuDNN 8.1.`,
    }
  }
  return { reason: said`${packageName} failed to load: ${message}`, cure: null }
}
