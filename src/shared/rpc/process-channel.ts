import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import { createClosing } from './closing.ts'

/** What Node's ChildProcess (seen from the parent) and `process` (seen from the child) have in common. */
export interface ProcessEnd {
  readonly connected: boolean
  send?(message: object, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
  disconnect?(): void
}

/** A channel over Node's IPC; both processes must use `serialization: 'advanced'`, which clones as postMessage does. */
export function processChannel(end: ProcessEnd): Channel {
  const closing = createClosing()
  let listener: ((message: unknown) => void) | undefined
  if (!end.connected) closing.close()
  end.on('disconnect', () => closing.close())

  function receive(message: unknown): void {
    if (!closing.isClosed()) listener?.(message)
  }

  return {
    send: (message) => {
      if (closing.isClosed() || !end.connected || end.send === undefined) {
        throw new AppError('channel-closed', said`The process at the other end is gone.`)
      }
      if (typeof message !== 'object' || message === null) throw new TypeError('A message is an object.')
      // Without a callback a broken pipe would be thrown as an unhandled 'error' event; `disconnect` follows anyway.
      end.send(message, undefined, undefined, () => undefined)
    },
    onMessage: (given) => {
      // Node keeps messages until somebody listens.
      if (listener === undefined) end.on('message', receive)
      listener = given
    },
    onClose: closing.onClose,
    close: () => {
      closing.close()
      if (end.connected) end.disconnect?.()
    },
  }
}
