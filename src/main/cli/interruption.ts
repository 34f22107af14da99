import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** Who wants the command to end. */
export type InterruptionCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE'

const exits = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'terminalClosed',
  SIGPIPE: 'pipeClosed',
} as const satisfies Record<InterruptionCause, ExitCode>

export interface Interruption {
  /** Aborts at the first request to end, save while that is answered by `answerWith`. */
  readonly signal: AbortSignal
  /** The first request to end; null before. */
  readonly cause: InterruptionCause | null
  /** What the command ends with once it was interrupted. */
  readonly exitCode: number
  /** Until the returned function is called, the first request to end calls `ask` instead of aborting. */
  answerWith(ask: () => void): () => void
  /** One more request to end. */
  request(cause: InterruptionCause): void
}

/**
 * A Ctrl-C on a terminal reaches every process of the group, and a wrapper such as npx passes it on once more: what
 * follows within this time is the same key press.
 */
const samePressMs = 500

/** The first request to end is polite; a second one calls `endAtOnce`. */
export function createInterruption(now: () => number, endAtOnce: (exitCode: number) => void): Interruption {
  const controller = new AbortController()
  let first: { readonly cause: InterruptionCause; readonly atMs: number } | null = null
  let ask: (() => void) | null = null
  const exitCode = (): number => exitCodes[exits[first?.cause ?? 'SIGINT']].code

  return {
    signal: controller.signal,
    get cause() {
      return first?.cause ?? null
    },
    get exitCode() {
      return exitCode()
    },
    answerWith: (given) => {
      ask = given
      return () => {
        if (ask === given) ask = null
      }
    },
    request: (cause) => {
      if (first === null) {
        first = { cause, atMs: now() }
        if (ask !== null) ask()
        else controller.abort(new AppError('cancelled', said`Stopped.`))
      } else if (cause !== 'SIGPIPE' && now() - first.atMs >= samePressMs) {
        endAtOnce(exitCode())
      }
    },
  }
}

/**
 * Turns the process's signals and a closed standard output into requests to end. `onOutputError` is told of any other
 * reason why output cannot be written, such as a full disk.
 */
export function listenForInterruption(interruption: Interruption, onOutputError: (error: Error) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.request(signal))
  const onStreamError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') interruption.request('SIGPIPE')
    else onOutputError(error)
  }
  process.stdout.on('error', onStreamError)
  process.stderr.on('error', onStreamError)
}
