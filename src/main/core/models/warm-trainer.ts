import type { Host } from '../host.ts'
import { openTrainer } from '../processes/open-process.ts'

type Trainer = ReturnType<typeof openTrainer>

/** A trainer process to ask about single pictures; it stays for the next one, with the model on its device. */
export interface WarmTrainer {
  /** One borrower after another. Errors: the signal's reason where it aborts while waiting. */
  borrow(signal: AbortSignal): Promise<BorrowedTrainer>
  close(): Promise<void>
}

export interface BorrowedTrainer extends AsyncDisposable {
  readonly client: Trainer['client']
}

/** A person looks at one picture after another; a process that is not needed holds some 300 MB for nothing. */
const defaultIdleMs = 60_000

export function createWarmTrainer(host: Host, { idleMs = defaultIdleMs } = {}): WarmTrainer {
  let trainer: Trainer | null = null
  let idle: NodeJS.Timeout | undefined
  let turn: Promise<void> = Promise.resolve()

  async function close(): Promise<void> {
    clearTimeout(idle)
    const closing = trainer
    trainer = null
    await closing?.close()
  }

  function present(): Trainer {
    clearTimeout(idle)
    if (trainer !== null) return trainer
    const opened = openTrainer(host)
    trainer = opened
    // One that died is not asked again.
    void opened.exited.then(() => {
      if (trainer === opened) trainer = null
    })
    return opened
  }

  return {
    close,
    async borrow(signal) {
      const before = turn
      const mine = Promise.withResolvers<void>()
      turn = before.then(() => mine.promise)
      await before
      if (signal.aborted) mine.resolve()
      signal.throwIfAborted()
      return {
        client: present().client,
        [Symbol.asyncDispose]: async () => {
          clearTimeout(idle)
          idle = setTimeout(() => void close(), idleMs).unref()
          mine.resolve()
        },
      }
    },
  }
}
