import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'

/** Where Node opens and sharp decodes files for whoever asks, as the system names those threads. */
const decodingThreads = /^(libuv-worker|libvips worker)$/

/** About a tenth of what computing has where there is not enough for both: a busy machine still reads. */
const steps = constants.priority.PRIORITY_BELOW_NORMAL
const lowest = constants.priority.PRIORITY_LOW

/**
 * Lowers the priority of the thread that calls and of those that decode for it. Two threads that compute wait for each
 * other many times in a step, some of them spinning: a reader that takes the core of one holds up both. Reading has
 * the gaps between, and all of the machine as soon as computing waits for it. Linux alone has priorities for threads;
 * elsewhere, and where it is not allowed, nothing happens.
 */
export function stepBack(): void {
  if (process.platform !== 'linux') return
  const lower = Math.min(lowest, getPriority() + steps)
  try {
    const own = basename(readlinkSync('/proc/thread-self'))
    for (const thread of readdirSync('/proc/self/task')) {
      if (thread === own || decodingThreads.test(nameOf(thread))) lowerTo(lower, Number(thread))
    }
  } catch {
    // No file system of processes: reading keeps its priority.
  }
}

function lowerTo(priority: number, thread: number): void {
  try {
    setPriority(thread, priority)
  } catch {
    // It has ended, or it is not allowed.
  }
}

/** Empty for a thread that has ended meanwhile. */
function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
