import * as tf from '@tensorflow/tfjs-core'
import type { Addon } from './addon.ts'
import { OnednnBackend } from './backend.ts'
import { kernelMakers } from './kernels/table.ts'

const backendName = 'onednn'
const plainBackendName = 'cpu'

/** Registers the backend "onednn": tfjs's plain one on native tensors, with the kernels of the addon. */
export function startOnednnBackend(addon: Addon): { readonly dispose: () => void } {
  const backend = new OnednnBackend(addon)
  tf.copyRegisteredKernels(plainBackendName, backendName)
  for (const [kernelName, maker] of Object.entries(kernelMakers)) {
    // `getKernel` promises a kernel and yields undefined where there is none.
    const plain: tf.KernelConfig | undefined = tf.getKernel(kernelName, plainBackendName)
    const refuse: tf.KernelFunc = () => {
      throw new Error(`${kernelName} does not support these shapes or types on the onednn device.`)
    }
    if (plain !== undefined) tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: maker({ backend, original: plain?.kernelFunc ?? refuse }),
    })
  }
  tf.registerBackend(backendName, () => backend, 3)
  return {
    dispose: () => {
      tf.removeBackend(backendName)
      for (const { kernelName } of [...tf.getKernelsForBackend(backendName)])
        tf.unregisterKernel(kernelName, backendName)
    },
  }
}
