import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
// The main thread sets the decoders up for the whole process before any thread uses them.
import '../decoder.ts'
import type { PixelsRead } from '../pixels-read.ts'
import type { PixelRequest } from './make-pixels.ts'
import type { PixelAnswer } from './pixel-thread.ts'

interface Thread {
  readonly worker: Worker
  readonly pending: Map<number, { resolve: (read: PixelsRead) => void; reject: (error: unknown) => void }>
}

const threadCountMax = 8
const threads: Thread[] = []
let nextId = 0

/**
 * Reads a file in a thread of its own. A training step keeps the main thread busy for a second or more, and reading takes
 * a dozen turns of the event loop: in a thread it goes on meanwhile. Threads start when they are first needed, if not
 * before, and do not keep the process alive.
 */
export function readInThread(request: PixelRequest): Promise<PixelsRead> {
  const { worker, pending } = leastBusyThread()
  nextId += 1
  const id = nextId
  return new Promise((resolve, reject) => {
    if (pending.size === 0) worker.ref()
    pending.set(id, { resolve, reject })
    worker.postMessage({ id, request })
  })
}

/** Starts the threads, which takes them a moment, before anything is to be read: beside what else has to be opened first. */
export function startThreads(): void {
  while (threads.length < threadCount()) startThread()
}

function threadCount(): number {
  return Math.min(availableParallelism(), threadCountMax)
}

function leastBusyThread(): Thread {
  const idle = threads.find(({ pending }) => pending.size === 0)
  if (idle) return idle
  if (threads.length < threadCount()) return startThread()
  return threads.reduce((least, thread) => (thread.pending.size < least.pending.size ? thread : least))
}

function startThread(): Thread {
  // The flags of the program, such as how to read its own source, are not meant for this file.
  const worker = new Worker(threadFile(), { execArgv: [] })
  const thread: Thread = { worker, pending: new Map() }
  threads.push(thread)
  worker.unref()
  worker.on('message', ({ id, read, error }: PixelAnswer) => {
    const asked = thread.pending.get(id)
    thread.pending.delete(id)
    if (thread.pending.size === 0) worker.unref()
    if (read) asked?.resolve(read)
    else asked?.reject(error)
  })
  worker.on('error', (error) => retire(thread, error))
  worker.on('exit', () => retire(thread, new Error('A thread that reads images ended.')))
  return thread
}

/** What it was asked fails; the next request starts another. */
function retire(thread: Thread, error: unknown): void {
  const index = threads.indexOf(thread)
  if (index >= 0) threads.splice(index, 1)
  for (const { reject } of thread.pending.values()) reject(error)
  thread.pending.clear()
}

/** Beside this file in the sources; beside the program that was started when everything is bundled. */
function threadFile(): string {
  return import.meta.filename.endsWith('.ts')
    ? join(import.meta.dirname, 'pixel-thread.ts')
    : join(dirname(process.argv[1] ?? '.'), 'pixel-thread.js')
}
