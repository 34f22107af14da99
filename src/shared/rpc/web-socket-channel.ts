import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import { createClosing } from './closing.ts'
import { decodeText, encodeText } from './text-codec.ts'

/** What the browser's WebSocket and that of the `ws` package have in common. */
export interface WebSocketLike {
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'error', listener: () => void): void
}

const openState = 1

/** A channel over an open WebSocket. What arrives and is no text of ours ends the connection. */
export function webSocketChannel(socket: WebSocketLike): Channel {
  const closing = createClosing()
  let listener: ((message: unknown) => void) | undefined
  if (socket.readyState !== openState) closing.close()

  socket.addEventListener('message', ({ data }) => {
    if (closing.isClosed()) return
    let message: unknown
    try {
      if (typeof data !== 'string') throw new TypeError('binary data')
      message = decodeText(data)
    } catch (cause) {
      closing.close(new AppError('channel-closed', said`A message arrived that could not be read.`, { cause }))
      socket.close()
      return
    }
    listener?.(message)
  })
  socket.addEventListener('close', () => closing.close())
  // An error is always followed by `close`; without a listener the `ws` package would throw it.
  socket.addEventListener('error', () => undefined)

  return {
    send: (message) => {
      const text = encodeText(message)
      if (closing.isClosed() || socket.readyState !== openState) {
        throw new AppError('channel-closed', said`The connection to Athanor is closed.`)
      }
      socket.send(text)
    },
    onMessage: (given) => {
      listener = given
    },
    onClose: closing.onClose,
    close: () => {
      closing.close()
      socket.close()
    },
  }
}
