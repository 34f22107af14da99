import * as tf from '@tensorflow/tfjs-core'
import type { GpuBackend } from './gpu-program.ts'
import { kernelMakers } from './kernels/table.ts'

let isDone = false

/**
 * Puts our kernels in the place of those that tfjs's backend came with, or beside them; once for the process, since they
 * outlive the backend.
 */
export function registerKernels(backendName: string): void {
  if (isDone) return
  isDone = true
  for (const [kernelName, maker] of Object.entries(kernelMakers)) {
    const found: tf.KernelConfig | undefined = tf.getKernel(kernelName, backendName)
    const original: tf.KernelFunc =
      found?.kernelFunc ??
      (() => {
        throw new Error(`${kernelName} does not support these shapes or types on the webgpu device.`)
      })
    if (found !== undefined) tf.unregisterKernel(kernelName, backendName)
    const kernelFunc: tf.KernelFunc = (given) => maker({ backend: given.backend as GpuBackend, original })(given)
    tf.registerKernel({ kernelName, backendName, kernelFunc })
  }
}
