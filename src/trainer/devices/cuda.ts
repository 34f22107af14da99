import { existsSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { leastMemoryBytes, nvidiaMemoryBytes } from './graphics-memory.ts'
import { readCardFacts } from './tensorflow/card-facts.ts'
import { explainCard } from './tensorflow/explain-card.ts'
import { backendName, loadTensorflow } from './tensorflow/load-tensorflow.ts'

const name = said`NVIDIA graphics card through TensorFlow`

/** NVIDIA cards through tfjs-node-gpu and its libtensorflow; only 64-bit Linux and Windows have it. */
export const cudaDevice: Device = { id: 'cuda', deterministic: false, probe, activate }

async function probe(): Promise<Availability> {
  // Loading the package changes tfjs's state for good, so it is not loaded for a card that cannot be there.
  if (process.platform === 'linux' && !existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) {
    const reason = said`This machine shows no NVIDIA card with a loaded driver.`
    const cure = said`If it has one, install its driver; \`nvidia-smi\` must list the card.`
    return { available: false, name, reason, cure }
  }
  const found = await loadTensorflow()
  if (found.loaded === null) return { available: false, name, reason: found.reason, cure: found.cure }
  // The binding falls back to the processor when it finds no card.
  if (!found.loaded.usesCard) {
    return { available: false, name, ...explainCard(await readCardFacts(found.loaded.packageFolder)) }
  }
  return { available: true, name, reason: null, precisions: ['float32'] }
}

async function activate(): Promise<ActiveDevice> {
  const found = await probe()
  if (!found.available) throw new AppError('no-device', found.reason)
  registerGradients()
  if (!(await tf.setBackend(backendName))) throw new AppError('no-device', said`TensorFlow could not be started.`)
  return {
    id: 'cuda',
    name,
    threads: 1,
    precision: 'float32',
    memoryLimitBytes: (await nvidiaMemoryBytes()) ?? leastMemoryBytes,
    deterministic: false,
    // The binding keeps its context until the process ends and cannot be registered twice, so it stays registered.
    dispose: async () => tf.disposeVariables(),
  }
}
