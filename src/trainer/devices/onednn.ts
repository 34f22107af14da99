import { cpus, totalmem } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { countPhysicalCores } from '../../imaging/physical-cores.ts'
import { obstacleInWords } from '../../shared/domain/onednn-build.ts'
import { AppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import type { ActivateOptions, ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { findAddonFile, loadAddon, readObstacle, type Addon } from './onednn/addon.ts'

/** How much of the memory tensors may take; the rest is for reading pictures and for other programs. */
const memoryShare = 0.5

/** The processor through oneDNN, the library under the processor kernels of TensorFlow and PyTorch. */
export const onednnDevice: Device = { id: 'onednn', deterministic: true, probe, activate }

type Found = { readonly addon: Addon } | { readonly reason: Said; readonly cure: Said | null }

function find(): Found {
  const file = findAddonFile()
  if (file === null) {
    const obstacle = readObstacle()
    if (obstacle !== null) return obstacleInWords(obstacle)
    return {
      reason: said`The native oneDNN device is not built.`,
      cure: said`Run "npm run build:onednn" in Athanor's folder; it says what it needs.`,
    }
  }
  // The threads of OpenMP would spin while they wait, on the very cores that read the next pictures. It reads this as it
  // is loaded.
  process.env['OMP_WAIT_POLICY'] ??= 'passive'
  try {
    const addon = loadAddon(file)
    if (addon.describe().isFast) return { addon }
    return {
      reason: said`This processor has no AVX2, without which oneDNN is slower than the wasm device.`,
      cure: null,
    }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return {
      reason: said`The native oneDNN device does not load: ${why}.`,
      cure: said`Build it again: run "npm run build:onednn" in Athanor's folder.`,
    }
  }
}

function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'processor'
}

async function probe(): Promise<Availability> {
  const found = find()
  if (!('addon' in found)) return { available: false, name: 'oneDNN on the processor', ...found }
  const { version, hasBfloat16 } = found.addon.describe()
  const precisions = hasBfloat16 ? (['bfloat16', 'float32'] as const) : (['float32'] as const)
  return { available: true, name: processorName(), reason: said`Computed by oneDNN ${version}.`, precisions }
}

async function activate({ threads: wished, precision }: ActivateOptions): Promise<ActiveDevice> {
  const found = find()
  if (!('addon' in found)) throw new AppError('no-device', found.reason)
  // Two threads of one core share its vector units, of which oneDNN leaves nothing for the second.
  const threads = Math.max(1, wished ?? countPhysicalCores())
  const { startOnednnBackend } = await import('./onednn/start-backend.ts')
  registerGradients()
  const memoryLimitBytes = Math.floor(totalmem() * memoryShare)
  found.addon.start(threads, precision === 'bfloat16', memoryLimitBytes)
  const backend = startOnednnBackend(found.addon)
  await tf.setBackend('onednn')
  return {
    id: 'onednn',
    name:
      threads === 1
        ? said`${processorName()}, 1 thread, ${precision}`
        : said`${processorName()}, ${threads} threads, ${precision}`,
    threads,
    precision,
    memoryLimitBytes,
    deterministic: true,
    plainKernelRuns: () => backend.plainKernels.runs,
    dispose: async () => backend.dispose(),
  }
}
