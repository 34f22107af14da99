import * as tf from '@tensorflow/tfjs-core'
import type { Addon } from './addon.ts'
import { OnednnBackend } from './backend.ts'
import { kernelMakers } from './kernels/table.ts'
import { PlainKernelCounts } from './plain-kernel-counts.ts'

const backendName = 'onednn'
const plainBackendName = 'cpu'

export interface StartedBackend {
  readonly plainKernels: PlainKernelCounts
  readonly dispose: () => void
}

/** Registers the backend "onednn": tfjs's plain one on native tensors, with the kernels of the addon. */
export function startOnednnBackend(addon: Addon): StartedBackend {
  const backend = new OnednnBackend(addon)
  const plainKernels = new PlainKernelCounts()
  const originals = new Map(
    tf.getKernelsForBackend(plainBackendName).map((plain) => {
      const kernelFunc = plainKernels.counting(plain.kernelName, plain.kernelFunc)
      return [plain.kernelName, { ...plain, backendName, kernelFunc }]
    }),
  )
  for (const plain of originals.values()) if (!(plain.kernelName in kernelMakers)) tf.registerKernel(plain)
  for (const [kernelName, maker] of Object.entries(kernelMakers)) {
    const refuse: tf.KernelFunc = () => {
      throw new Error(`${kernelName} does not support these shapes or types on the onednn device.`)
    }
    const original = originals.get(kernelName)?.kernelFunc ?? refuse
    tf.registerKernel({ kernelName, backendName, kernelFunc: maker({ backend, original }) })
  }
  tf.registerBackend(backendName, () => backend, 3)
  return {
    plainKernels,
    dispose: () => {
      tf.removeBackend(backendName)
      for (const { kernelName } of [...tf.getKernelsForBackend(backendName)])
        tf.unregisterKernel(kernelName, backendName)
    },
  }
}
