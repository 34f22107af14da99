import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Contract, Handlers } from './endpoint.ts'
import { processChannel, type ProcessEnd } from './process-channel.ts'
import { serve } from './server.ts'

/** What a child's `process` offers. */
export interface ChildProcessLike extends ProcessEnd {
  readonly stderr: { write(text: string): unknown; on(event: 'error', listener: () => void): unknown }
  exit(code: number): never
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown
}

/** After the parent is gone: time for a handler to leave a checkpoint behind before the process ends anyway. */
const graceMs = 3_000

/**
 * Serves the parent process, and ends this one when the parent closes the channel or dies. Worker threads and native
 * handles of libraries may keep a process alive, so it does not wait for the event loop to run dry.
 */
export function serveParent<C extends Contract>(contract: C, handlers: Handlers<C>, child: ChildProcessLike): void {
  if (child.send === undefined) {
    throw new AppError('conflict', said`This program is a part of Athanor and is started by it; it does nothing alone.`)
  }
  // Ctrl-C in a terminal reaches every process there; what is to become of the work is for the parent to say.
  child.on('SIGINT', () => undefined)
  child.on('SIGHUP', () => undefined)
  // A warning that nobody reads any more, because the parent died, must not end the clean-up that follows.
  child.stderr.on('error', () => undefined)
  const channel = processChannel(child)
  child.on('disconnect', () => {
    setTimeout(() => child.exit(1), graceMs)
  })
  const { ended } = serve(contract, handlers, channel, {
    onUnexpected: (error) => {
      const cause = error.cause instanceof Error ? error.cause : error
      child.stderr.write(`${cause.stack ?? cause.message}\n`)
    },
  })
  void ended.then(() => child.exit(0))
}
