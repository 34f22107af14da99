import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { basename } from 'node:path'

/** Where Node opens and sharp decodes files for whoever asks, as the system names those threads. */
const decodingThreads = /^(libuv-worker|libvips worker)$/

/**
 * Lowers the priority of the thread that calls and of those that decode for it. Two threads that compute wait for each
 * other many times in a step, some of them spinning: a reader that takes the core of one holds up both. Reading has
 * the gaps between, and all of the machine as soon as computing waits for it. Linux alone has priorities for threads;
 * elsewhere, and where it is not allowed, nothing happens.
 */
export function stepBack(): void {
  if (process.platform !== 'linux') return
  try {
    const own = basename(readlinkSync('/proc/thread-self'))
    for (const thread of readdirSync('/proc/self/task')) {
      if (thread === own || decodingThreads.test(nameOf(thread))) {
        setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL)
      }
    }
  } catch {
    // No file system of processes, or no permission: reading keeps its priority.
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
