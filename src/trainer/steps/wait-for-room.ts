import { statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Often enough to go on soon, seldom enough to leave a full disk alone. */
const lookEveryMs = 3_000

/**
 * Waits a few seconds, and yields each time that the disk of a folder has less room than is needed, so that whoever
 * listens hears that this process lives. What a system says of its room is not the whole truth, as with quotas: that the
 * file fits shows when it is written. Errors: the signal's reason.
 */
export async function* waitForRoom(
  folder: string,
  { neededBytes, signal }: { readonly neededBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<void, void> {
  for (;;) {
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    if (await hasRoom(folder, neededBytes)) return
    yield
  }
}

async function hasRoom(folder: string, neededBytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= neededBytes
  } catch {
    return true
  }
}
