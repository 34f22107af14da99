import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import { createClosing } from './closing.ts'

interface Port {
  postMessage(message: unknown): void
  start(): void
  close(): void
}

/** The DOM's MessagePort and that of Node's worker_threads. */
export interface EventTargetPort extends Port {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'messageerror', listener: () => void): void
}

/** Electron's MessagePortMain, which knows no addEventListener. */
export interface EmitterPort extends Port {
  on(type: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(type: 'close', listener: () => void): unknown
}

export function messagePortChannel(port: EventTargetPort | EmitterPort): Channel {
  const closing = createClosing()
  let listener: ((message: unknown) => void) | undefined

  function receive(event: { readonly data: unknown }): void {
    if (!closing.isClosed()) listener?.(event.data)
  }
  if ('addEventListener' in port) {
    port.addEventListener('message', receive)
    port.addEventListener('close', () => closing.close())
    // Whoever waits for what could not be read would wait for ever.
    port.addEventListener('messageerror', () => {
      closing.close(new AppError('channel-closed', said`A message arrived that could not be read.`))
      port.close()
    })
  } else {
    port.on('message', receive)
    port.on('close', () => closing.close())
  }

  return {
    send: (message) => {
      // A closed port would swallow it.
      if (closing.isClosed()) throw new AppError('channel-closed', said`The port is closed.`)
      port.postMessage(message)
    },
    onMessage: (given) => {
      listener = given
      port.start()
    },
    onClose: closing.onClose,
    close: () => {
      closing.close()
      port.close()
    },
  }
}
