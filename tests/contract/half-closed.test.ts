import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { AppError } from '../../src/shared/errors.ts'
import { call, nothing } from '../../src/shared/rpc/endpoint.ts'
import { serve } from '../../src/shared/rpc/server.ts'
import { encodeText } from '../../src/shared/rpc/text-codec.ts'
import { webSocketChannel } from '../../src/shared/rpc/web-socket-channel.ts'

/** A socket of which the other end has begun to close, before its `close` event has come. */
function closingSocket() {
  const messages: ((event: { data: unknown }) => void)[] = []
  const socket = {
    readyState: 1,
    send: () => undefined,
    close: () => undefined,
    addEventListener: (type: 'message' | 'close' | 'error', listener: (event: { data: unknown }) => void) => {
      if (type === 'message') messages.push(listener)
    },
  }
  return { socket, receive: (message: unknown) => messages.forEach((take) => take({ data: encodeText(message) })) }
}

test('an answer to a page that is just going away is nothing to report', async () => {
  const { socket, receive } = closingSocket()
  const unexpected: AppError[] = []
  serve(
    { clock: { now: call(nothing, z.number()) } },
    { clock: { now: () => sleep(10, 1) } },
    webSocketChannel(socket),
    { onUnexpected: (error) => unexpected.push(error) },
  )
  receive({ kind: 'request', id: 1, service: 'clock', method: 'now', input: {} })
  socket.readyState = 2
  await sleep(50)
  expect(unexpected).toEqual([])
})
