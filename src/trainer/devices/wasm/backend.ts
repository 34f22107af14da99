import { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { startKernels, type Kernels } from './kernels.ts'
import { kernelMakers } from './kernels/table.ts'
import { loadTfjsModule } from './tfjs-module.ts'

const backendName = 'wasm'

/** Registers the backend "wasm": tfjs's own on a memory of ours, with our kernels in the place of its slow ones. */
export async function startWasmBackend(threads: number): Promise<{ readonly dispose: () => Promise<void> }> {
  const { module, memory } = await loadTfjsModule()
  const heap = {
    memory,
    // Addresses above 2 GiB come out of the module negative.
    allocate: (sizeBytes: number) => module._malloc(sizeBytes) >>> 0,
    free: (address: number) => module._free(address),
  }
  const kernels = await startKernels(heap, threads)
  const backend = new BackendWasm(module)
  // Its package registers one that loads the module in its own way.
  if (tf.findBackendFactory(backendName) != null) tf.removeBackend(backendName)
  replaceKernels(backend, kernels)
  tf.registerBackend(backendName, () => backend, 2)
  return {
    dispose: async () => {
      tf.removeBackend(backendName)
      await kernels.dispose()
    },
  }
}

/** tfjs's own kernels, kept from the first time so that a later activation finds them again. */
const originals = new Map<string, tf.KernelConfig | undefined>()

function replaceKernels(backend: BackendWasm, kernels: Kernels): void {
  for (const [kernelName, maker] of Object.entries(kernelMakers)) {
    // `getKernel` promises a kernel and yields undefined where there is none.
    const registered: tf.KernelConfig | undefined = tf.getKernel(kernelName, backendName)
    if (!originals.has(kernelName)) originals.set(kernelName, registered)
    if (registered !== undefined) tf.unregisterKernel(kernelName, backendName)
    const original = originals.get(kernelName)
    const refuse: tf.KernelFunc = () => {
      throw new Error(`${kernelName} does not support these shapes or types on the wasm device.`)
    }
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: maker({ backend, kernels, original: original?.kernelFunc ?? refuse }),
      // What ours leaves to the original needs the original's preparation.
      ...(original?.setupFunc === undefined ? {} : { setupFunc: original.setupFunc }),
    })
  }
}
