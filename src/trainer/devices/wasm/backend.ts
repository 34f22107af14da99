import { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { startKernels, type Kernels } from './kernels.ts'
import { kernelMakers } from './kernels/table.ts'
import { loadTfjsModule, type TfjsModule } from './tfjs-module.ts'

const backendName = 'wasm'

/** Registers the backend "wasm": tfjs's own on a memory of ours, with our kernels in the place of its slow ones. */
export async function startWasmBackend(
  threads: number,
  kernelFile: string,
): Promise<{ readonly dispose: () => Promise<void> }> {
  const { module, memory } = await loadTfjsModule()
  refuseEmptyAllocations(module)
  const heap = {
    memory,
    // Addresses above 2 GiB come out of the module negative.
    allocate: (sizeBytes: number) => module._malloc(sizeBytes) >>> 0,
    free: (address: number) => module._free(address),
  }
  const kernels = await startKernels(heap, threads, kernelFile)
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

/** tfjs takes the null of a failed allocation for an address and would write over what lies at the bottom. */
function refuseEmptyAllocations(module: TfjsModule): void {
  // The first call puts the real function in the place of a stub, and would put it in the place of ours.
  module._free(module._malloc(8))
  const allocate = module._malloc
  module._malloc = (sizeBytes) => {
    const address = allocate(sizeBytes)
    if (address !== 0 || sizeBytes === 0) return address
    const mebibytes = Math.ceil(sizeBytes / 1024 ** 2)
    throw new AppError(
      'out-of-memory',
      said`The wasm device has no ${mebibytes} MiB left of its 4 GiB: use a smaller micro-batch or smaller images.`,
    )
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
