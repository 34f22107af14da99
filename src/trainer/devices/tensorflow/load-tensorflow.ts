import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { said, type Said } from '../../../shared/said.ts'
import { describeLoadError, type OptionalPackage } from '../optional-package.ts'

export const packageName = '@tensorflow/tfjs-node-gpu'
export const backendName = 'tensorflow'

export interface Tensorflow {
  /** Where it found no card it computes on the processor. */
  readonly usesCard: boolean
  readonly packageFolder: string
}

let attempt: Promise<OptionalPackage<Tensorflow>> | null = null

/** Loads tfjs-node-gpu with its libtensorflow; once, since that registers a backend for the whole process. */
export function loadTensorflow(): Promise<OptionalPackage<Tensorflow>> {
  attempt ??= loadOnce()
  return attempt
}

async function loadOnce(): Promise<OptionalPackage<Tensorflow>> {
  if (process.arch !== 'x64' || !['linux', 'win32'].includes(process.platform)) {
    return {
      loaded: null,
      reason: said`${packageName} has no build for ${process.platform} ${process.arch}.`,
      cure: null,
    }
  }
  const require = createRequire(import.meta.url)
  const packageFile = resolvePackage(require)
  if (packageFile === null) {
    return {
      loaded: null,
      reason: said`The optional package ${packageName} is not installed.`,
      cure: installIt,
    }
  }
  prepare()
  const before = tf.engine().backendName
  try {
    require(packageName)
  } catch (thrown) {
    return { loaded: null, ...explain(thrown) }
  } finally {
    if (before != null && tf.engine().backendName !== before) await tf.setBackend(before)
  }
  const backend: unknown = tf.findBackend(backendName)
  const usesCard = typeof backend === 'object' && backend !== null && Reflect.get(backend, 'isUsingGpuDevice') === true
  return { loaded: { usesCard, packageFolder: dirname(packageFile) } }
}

const installIt = said`Run \`athanor doctor --fix cuda\` where the network allows downloads.`

function resolvePackage(require: NodeJS.Require): string | null {
  try {
    return require.resolve(`${packageName}/package.json`)
  } catch {
    return null
  }
}

/** Room for what a driver compiles for a card that is newer than TensorFlow: half an hour that is not lost. */
const compiledCacheBytes = 4 * 1024 ** 3

/** All that must be there before the native library starts. */
function prepare(): void {
  // The package calls two functions that Node 23 removed; without them its first tensor throws.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value == null,
    isArray: (value: unknown) => Array.isArray(value),
  })
  // Otherwise TensorFlow takes the whole memory of the card, and prints its start-up to standard error.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  process.env['CUDA_CACHE_MAXSIZE'] ??= String(compiledCacheBytes)
}

/** The ways in which loading fails, told apart. */
export function explain(thrown: unknown): { reason: Said; cure: Said | null } {
  const { message } = describeLoadError(thrown)
  if (/GLIBC|GLIBCXX/.test(message)) {
    return {
      reason: said`TensorFlow was built for a newer system than this one: ${message}`,
      cure: said`Take an older one: \`athanor doctor --fix cuda\` installs 2.9.1.`,
    }
  }
  if (/native addon module|tfjs_binding/.test(message) && !/cannot open shared object/.test(message)) {
    return { reason: said`${packageName} is installed without its native part.`, cure: installIt }
  }
  if (/libtensorflow/.test(message)) {
    return { reason: said`${packageName} is installed without TensorFlow itself (libtensorflow).`, cure: installIt }
  }
  if (/libcud|cannot open shared object|specified module could not be found/.test(message)) {
    return {
      reason: said`A library that TensorFlow needs is missing: ${message}`,
      cure: said`Install the libraries that the message names.`,
    }
  }
  return { reason: said`${packageName} failed to load: ${message}`, cure: null }
}
