import { coreContract, type CoreContract } from '../shared/contract/index.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { Channel } from '../shared/rpc/channel.ts'
import { createClient } from '../shared/rpc/client.ts'
import type { Client } from '../shared/rpc/endpoint.ts'
import { messagePortChannel } from '../shared/rpc/message-port-channel.ts'
import { desktopMark, portMessage } from '../shared/rpc/port-message.ts'
import { webSocketChannel } from '../shared/rpc/web-socket-channel.ts'

export type Api = Client<CoreContract>

export interface Connection {
  readonly api: Api
  /** Resolves when the channel closes, whichever side closed it. */
  readonly closed: Promise<void>
}

/** Connects to core: through the port that the desktop hands over, or to the server that the page came from. */
export async function connect(): Promise<Connection> {
  const isDesktop = navigator.userAgent.includes(desktopMark)
  const channel = await (isDesktop ? receivePort() : openSocket())
  const { promise: closed, resolve } = Promise.withResolvers<undefined>()
  // A channel has one listener, which is the client's.
  const told: Channel = {
    ...channel,
    onClose: (listener) =>
      channel.onClose((reason) => {
        listener(reason)
        resolve(undefined)
      }),
  }
  return { api: createClient(coreContract, told), closed }
}

function openSocket(): Promise<Channel> {
  const address = new URL('/rpc', location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  const socket = new WebSocket(address)
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(webSocketChannel(socket)), { once: true })
    socket.addEventListener('close', () => {
      reject(
        new AppError('channel-closed', said`Athanor does not answer. Start it again and open the address it prints.`),
      )
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
