import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import type { Channel } from '../../../src/shared/rpc/channel.ts'
import { createMemoryChannels } from '../../../src/shared/rpc/memory-channel.ts'
import { messagePortChannel } from '../../../src/shared/rpc/message-port-channel.ts'
import { processChannel } from '../../../src/shared/rpc/process-channel.ts'
import { serve } from '../../../src/shared/rpc/server.ts'
import { webSocketChannel } from '../../../src/shared/rpc/web-socket-channel.ts'
import { asElectronPort } from './electron-port.ts'
import { createProbe, probeContract } from './probe.ts'

/** The caller's end of a channel at whose other end the probe is served. */
export interface ServedChannel {
  readonly channel: Channel
  /** Resolves when the serving side has ended, with the number of its handlers that cleaned up. */
  readonly served: Promise<{ readonly cleaned: number }>
  /** Frees what the channel's `close` does not own. */
  dispose(): Promise<void>
}

export interface ChannelKind {
  readonly name: string
  open(): Promise<ServedChannel>
}

export const channelKinds: readonly ChannelKind[] = [
  { name: 'memory', open: async () => serveProbe(...createMemoryChannels()) },
  { name: 'child process', open: openChildProcess },
  {
    name: 'MessagePort',
    open: async () => {
      const { port1, port2 } = new MessageChannel()
      return serveProbe(messagePortChannel(port1), messagePortChannel(port2))
    },
  },
  {
    name: "MessagePort with Electron's interface",
    open: async () => {
      const { port1, port2 } = new MessageChannel()
      return serveProbe(messagePortChannel(port1), messagePortChannel(asElectronPort(port2)))
    },
  },
  { name: 'WebSocket', open: openWebSocket },
]

function serveProbe(client: Channel, server: Channel, dispose: () => Promise<void> = async () => {}): ServedChannel {
  const { record, handlers } = createProbe(
    () => undefined,
    () => server.close(),
  )
  const { ended } = serve(probeContract, handlers, server)
  return { channel: client, served: ended.then(() => ({ cleaned: record.cleaned })), dispose }
}

async function openChildProcess(): Promise<ServedChannel> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'probe-child.ts')], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
  const gone = once(child, 'exit').then(async () => {
    if (child.stderr?.closed === false) await once(child.stderr, 'close')
    return { cleaned: log.split('cleaned\n').length - 1 }
  })
  return {
    channel: processChannel(child),
    served: gone,
    dispose: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function openWebSocket(): Promise<ServedChannel> {
  const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(listener, 'listening')
  const socket = new WebSocket(`ws://127.0.0.1:${(listener.address() as AddressInfo).port}`)
  const [[accepted]] = (await Promise.all([once(listener, 'connection'), once(socket, 'open')])) as [
    [WebSocket],
    unknown,
  ]
  return serveProbe(webSocketChannel(socket), webSocketChannel(accepted), async () => {
    accepted.terminate()
    await new Promise((resolve) => listener.close(resolve))
  })
}
