import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import workerThreads from 'node:worker_threads'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { webAssembly, type WasmInstance, type WasmMemory, type WasmModule } from '../../../shared/web-assembly.ts'

/** The Emscripten module; its own types cannot be found from where they are imported. */
export type TfjsModule = BackendWasm['wasm'] & {
  _malloc: (sizeBytes: number) => number
  _free: (address: number) => void
  cwrap(name: string, returns: 'number' | null, takes: readonly 'number'[]): (...values: number[]) => number
}

const pageBytes = 65536
/** The most that a 32-bit WebAssembly memory can have, and what the tfjs binary declares. */
export const memoryLimitBytes = 4 * 1024 ** 3

const requireFile = createRequire(import.meta.url)
const factoryPath = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js'
const binaryPath = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm'

/**
 * Instantiates the threaded build of tfjs-backend-wasm on a shared memory of ours, so that our own kernels and threads
 * see its tensors. Its own thread pool is not used: it starts eight workers, cannot be sized, and under Node it only
 * starts with a patched Blob, URL and os.cpus.
 */
export async function loadTfjsModule(): Promise<{ module: TfjsModule; memory: WasmMemory }> {
  const memory = new webAssembly.Memory({ initial: 256, maximum: memoryLimitBytes / pageBytes, shared: true })
  const binary = await webAssembly.compile(await readFile(requireFile.resolve(binaryPath)))
  const create = requireFile(factoryPath) as (config: object) => Promise<TfjsModule>
  const module = await withoutWorkers(() =>
    create({
      wasmMemory: memory,
      locateFile: (path: string) => path,
      instantiateWasm: (imports: object, receive: (instance: WasmInstance, module: WasmModule) => void) => {
        const instance = new webAssembly.Instance(binary, imports)
        receive(instance, binary)
        return instance.exports
      },
    }),
  )
  // The bridge that tfjs's own loader would lay; one thread means that XNNPACK starts none.
  const start = module.cwrap('init_with_threads_count', null, ['number'])
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: () => start(1),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  }
  return { module, memory }
}

/** Stands for a worker of tfjs's pool: it starts nothing, and says that it is loaded because the factory waits for that. */
class NoWorker {
  onmessage: ((event: { data: { cmd: string } }) => void) | null = null

  on(): void {}
  unref(): void {}
  terminate(): void {}
  postMessage(): void {
    queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }))
  }
}

/**
 * Runs the factory while `Worker` stands for nothing, and puts back what the factory changes in the process: it
 * replaces the global Worker and removes every listener for uncaught errors, not only its own.
 */
async function withoutWorkers<T>(create: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const listeners = events.map((event) => process.rawListeners(event))
  const nodeWorker = workerThreads.Worker
  const globalWorker = Object.getOwnPropertyDescriptor(globalThis, 'Worker')
  Reflect.set(workerThreads, 'Worker', NoWorker)
  try {
    return await create()
  } finally {
    Reflect.set(workerThreads, 'Worker', nodeWorker)
    if (globalWorker === undefined) Reflect.deleteProperty(globalThis, 'Worker')
    else Object.defineProperty(globalThis, 'Worker', globalWorker)
    events.forEach((event, index) => {
      process.removeAllListeners(event)
      for (const listener of listeners[index] ?? []) process.on(event, listener as () => void)
    })
  }
}
