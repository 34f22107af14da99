import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { operations, type Operation } from './operations.ts'
import { webAssembly, type WasmMemory, type WasmModule } from '../../../shared/web-assembly.ts'

/** Our own kernels on the memory of tfjs, and the threads that share their work. */
export interface Kernels {
  readonly threads: number
  /**
   * Does an operation in so many chunks and returns when all are done. Arguments are integers, addresses, or floats by
   * `floatBits`; see native/wasm/assembly for what each operation takes.
   */
  run(this: void, operation: Operation, chunks: number, values: readonly number[]): void
  /** Memory for the time of one kernel: every call gives the same place, and may move it. */
  scratch(this: void, sizeBytes: number): number
  dispose(this: void): Promise<void>
}

/** Allocation in the memory that the kernels share. */
export interface Heap {
  readonly memory: WasmMemory
  allocate(sizeBytes: number): number
  free(address: number): void
}

/** In 32-bit words; the layout is that of native/wasm/assembly/threads.ts. */
const control = {
  words: 64,
  sequence: 0,
  done: 1,
  operation: 2,
  nextChunk: 3,
  chunks: 4,
  others: 5,
  failed: 6,
  values: 16,
} as const

/** Runs as text, so that no bundler has to know of it. It only enters the kernels, which wait for work by themselves. */
const workerProgram = `
const { workerData } = require('node:worker_threads')
const { module, memory, address, index } = workerData
const { exports } = new WebAssembly.Instance(module, { env: { memory } })
exports.attach(address, index)
try {
  exports.serve()
} catch {
  // The main thread waits for this one: tell it that its share is missing instead of leaving it there.
  const words = new Int32Array(memory.buffer, address, ${control.words})
  Atomics.store(words, ${control.failed}, 1)
  Atomics.add(words, ${control.done}, 1)
  Atomics.notify(words, ${control.done})
}
`

interface KernelExports {
  readonly attach: (address: number, index: number) => void
  readonly run: () => void
}

export async function startKernels(heap: Heap, threads: number, kernelFile: string): Promise<Kernels> {
  const module = await webAssembly.compile(await readFile(kernelFile))
  const address = heap.allocate(control.words * 4)
  const words = new Int32Array(heap.memory.buffer, address, control.words)
  words.fill(0)
  words[control.others] = threads - 1
  const { attach, run: runPosted } = instantiate(module, heap.memory)
  attach(address, 0)
  const workers = Array.from({ length: threads - 1 }, (_, index) =>
    startWorker({ module, memory: heap.memory, address, index: index + 1 }),
  )
  let scratch = { address: 0, sizeBytes: 0 }
  return {
    threads,
    run: (operation, chunks, values) => {
      words[control.operation] = operation
      words[control.chunks] = chunks
      words.set(values, control.values)
      runPosted()
      if (words[control.failed] !== 0)
        throw new AppError('internal', said`A thread of the wasm device failed at ${operation}.`)
    },
    scratch: (sizeBytes) => {
      if (sizeBytes > scratch.sizeBytes) {
        if (scratch.address !== 0) heap.free(scratch.address)
        scratch = { address: heap.allocate(sizeBytes), sizeBytes }
      }
      return scratch.address
    },
    dispose: async () => {
      words[control.operation] = operations.stop
      Atomics.add(words, control.sequence, 1)
      Atomics.notify(words, control.sequence)
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

function instantiate(module: WasmModule, memory: WasmMemory): KernelExports {
  return new webAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}

function startWorker(workerData: object): Worker {
  const worker = new Worker(workerProgram, { eval: true, workerData, execArgv: [], env: {} })
  // A thread that waits for work must not keep the process alive.
  worker.unref()
  return worker
}

const floats = new Float32Array(1)
const bits = new Int32Array(floats.buffer)

/** The bits of a float, as operations take it among their arguments. */
export function floatBits(value: number): number {
  floats[0] = value
  return bits[0] ?? 0
}
