import { coreContract, type CoreContract } from '../shared/contract/index.ts'
import { AppError } from '../shared/errors.ts'
import type { Channel } from '../shared/rpc/channel.ts'
import { createClient } from '../shared/rpc/client.ts'
import type { Client } from '../shared/rpc/endpoint.ts'
import { messagePortChannel } from '../shared/rpc/message-port-channel.ts'
import { portMessage } from '../shared/rpc/port-message.ts'
import { webSocketChannel } from '../shared/rpc/web-socket-channel.ts'

export type Api = Client<CoreContract>

/** Connects to core: through the port that the desktop hands over, or to the server that the page came from. */
export async function connect(): Promise<Api> {
  const isServed = location.protocol === 'http:' || location.protocol === 'https:'
  return createClient(coreContract, await (isServed ? openSocket() : receivePort()))
}

function openSocket(): Promise<Channel> {
  const address = new URL('/rpc', location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  const socket = new WebSocket(address)
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(webSocketChannel(socket)), { once: true })
    socket.addEventListener('close', () => {
      reject(new AppError('channel-closed', 'Athanor does not answer. Start it again and open the address it prints.'))
    })
  })
}

function receivePort(): Promise<Channel> {
  return new Promise((resolve) => {
    window.addEventListener('message', function receive({ source, data, ports: [port] }: MessageEvent) {
      if (source !== window || data !== portMessage || port === undefined) return
      window.removeEventListener('message', receive)
      resolve(messagePortChannel(port))
    })
  })
}
