import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { coreContract, type CoreContract } from '../../shared/contract/index.ts'
import type { Handlers } from '../../shared/rpc/endpoint.ts'
import { serve } from '../../shared/rpc/server.ts'
import { webSocketChannel } from '../../shared/rpc/web-socket-channel.ts'
import type { Access } from './access.ts'

export interface SocketOptions {
  readonly access: Access
  readonly handlers: Handlers<CoreContract>
  readonly log: (line: string) => void
}

/** The largest request is a list of paths, of which 100,000 must fit. */
const maxMessageBytes = 32 * 1024 * 1024
const heartbeatMs = 30_000

/** Serves core over WebSockets at `/rpc`. The result closes those that are open. */
export function acceptSockets(server: Server, { access, handlers, log }: SocketOptions): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = access.refuseUpgrade(request) ?? (request.url === '/rpc' ? undefined : 404)
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      watchHeartbeat(accepted)
      serve(coreContract, handlers, webSocketChannel(accepted), {
        onUnexpected: (error) => log(`${error.message} ${describeStack(error.cause)}`),
      })
    })
  })
  return {
    close: () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

/** A machine that went to sleep closes nothing; without this its streams would be kept for ever. */
function watchHeartbeat(socket: WebSocket): void {
  let isAlive = true
  socket.on('pong', () => (isAlive = true))
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, heartbeatMs)
  socket.once('close', () => clearInterval(timer))
}

function describeStack(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? '').replaceAll(/\s*\n\s*/g, ' | ') : ''
}
