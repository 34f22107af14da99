import { availableParallelism, totalmem } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { backendName, loadTensorflow } from './tensorflow/load-tensorflow.ts'

const name = said`processor through TensorFlow`
/** Of the machine's memory; the rest is for everything else. */
const memoryRatio = 0.5

/** The processor through tfjs-node-gpu, which computes there where it finds no card. */
export const tensorflowDevice: Device = { id: 'tensorflow', deterministic: false, probe, activate }

async function probe(): Promise<Availability> {
  const found = await loadTensorflow()
  if (found.loaded === null) return { available: false, name, reason: found.reason, cure: found.cure }
  if (found.loaded.usesCard) {
    return { available: false, name, reason: said`TensorFlow computes on the graphics card here.`, cure: null }
  }
  return { available: true, name, reason: null, precisions: ['float32'] }
}

async function activate(): Promise<ActiveDevice> {
  const found = await probe()
  if (!found.available) throw new AppError('no-device', found.reason)
  registerGradients()
  if (!(await tf.setBackend(backendName))) throw new AppError('no-device', said`TensorFlow could not be started.`)
  return {
    ...{ id: 'tensorflow', name, precision: 'float32', deterministic: false },
    threads: availableParallelism(),
    memoryLimitBytes: totalmem() * memoryRatio,
    dispose: async () => tf.disposeVariables(),
  }
}
