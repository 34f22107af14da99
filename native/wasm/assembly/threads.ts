/*
 * How the threads share work. Every thread runs an instance of this module on the same memory. The main thread posts a
 * job (an operation, its arguments, a number of chunks) and works on it like the others; each takes the next chunk
 * until none is left. Which thread computes a chunk never changes its result, so neither does the number of threads.
 *
 * The control block, in 32-bit words: 0 sequence number of the job, 1 threads that are done with it, 2 operation,
 * 3 next chunk, 4 number of chunks, 5 other threads, 16.. arguments.
 */

let control: usize = 0
let threadIndex: i32 = 0

const doneOffset: usize = 4
const operationOffset: usize = 8
const nextChunkOffset: usize = 12
const chunksOffset: usize = 16
const othersOffset: usize = 20
const argumentsOffset: usize = 64

/** How often a waiting thread looks before it sleeps: about as long as tfjs takes from one kernel to the next. */
const spins: i32 = 40000

export function attach(controlBlock: usize, index: i32): void {
  control = controlBlock
  threadIndex = index
}

/** The number of this thread, 0 for the main thread. */
export function thread(): i32 {
  return threadIndex
}

/** Argument number `index` of the job at hand. */
export function argument(index: i32): usize {
  return <usize>load<u32>(control + argumentsOffset + ((<usize>index) << 2))
}

export function floatArgument(index: i32): f32 {
  return load<f32>(control + argumentsOffset + ((<usize>index) << 2))
}

/** The next chunk that no thread has taken, or -1. */
export function takeChunk(): i32 {
  const chunk = atomic.add<i32>(control + nextChunkOffset, 1)
  return chunk < load<i32>(control + chunksOffset) ? chunk : -1
}

export function operation(): i32 {
  return load<i32>(control + operationOffset)
}

/** Makes the job that lies in the control block visible to the other threads. */
export function post(): void {
  atomic.store<i32>(control + nextChunkOffset, 0)
  atomic.store<i32>(control + doneOffset, 0)
  atomic.add<i32>(control, 1)
  atomic.notify(control, -1)
}

/** Waits until every other thread is done with the job. */
export function join(): void {
  const others = load<i32>(control + othersOffset)
  for (let spin = 0; spin < spins; spin++) {
    if (atomic.load<i32>(control + doneOffset) === others) return
  }
  let done = atomic.load<i32>(control + doneOffset)
  while (done !== others) {
    atomic.wait<i32>(control + doneOffset, done, -1)
    done = atomic.load<i32>(control + doneOffset)
  }
}

/** Waits for a job other than number `seen` and gives its number. */
export function awaitJob(seen: i32): i32 {
  for (let spin = 0; spin < spins; spin++) {
    const sequence = atomic.load<i32>(control)
    if (sequence !== seen) return sequence
  }
  while (atomic.load<i32>(control) === seen) atomic.wait<i32>(control, seen, -1)
  return atomic.load<i32>(control)
}

export function reportDone(): void {
  atomic.add<i32>(control + doneOffset, 1)
  atomic.notify(control + doneOffset, 1)
}
