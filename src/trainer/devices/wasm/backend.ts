import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { loadTfjsModule } from './tfjs-module.ts'

/** Registers the backend "wasm" on a module of our own. */
export async function startWasmBackend(_threads: number): Promise<{ dispose: () => Promise<void> }> {
  const { module } = await loadTfjsModule()
  const backend = new BackendWasm(module)
  if (tf.findBackendFactory('wasm') != null) tf.removeBackend('wasm')
  tf.registerBackend('wasm', () => backend, 2)
  borrowFromCpu(backend, tf.Conv2DBackpropFilter)
  return {
    dispose: async () => {
      tf.removeBackend('wasm')
    },
  }
}

/** Computes a kernel that wasm lacks with the plain JavaScript backend: correct and slow. */
function borrowFromCpu(backend: BackendWasm, kernelName: string): void {
  const borrowed = tf.getKernel(kernelName, 'cpu')
  if (tf.getKernel(kernelName, 'wasm') != null) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const cpu = new MathBackendCPU()
      const moved: tf.NamedTensorInfoMap = {}
      for (const [name, input] of Object.entries(inputs)) {
        if (input === undefined) continue
        moved[name] = cpu.makeTensorInfo(input.shape, input.dtype, backend.readSync(input.dataId))
      }
      const output = borrowed.kernelFunc({ inputs: moved, ...(attrs === undefined ? {} : { attrs }), backend: cpu })
      const info = Array.isArray(output) ? output[0] : output
      if (info === undefined) throw new Error(`${kernelName} gave no output`)
      return backend.makeOutput(info.shape, info.dtype, undefined, cpu.readSync(info.dataId))
    },
  })
}
