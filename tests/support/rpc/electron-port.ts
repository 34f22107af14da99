import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import type { EmitterPort } from '../../../src/shared/rpc/message-port-channel.ts'

/** MessagePortMain gives its messages to `on` as events and knows neither addEventListener nor messageerror. */
export function asElectronPort(port: MessagePort): EmitterPort {
  const events = new EventEmitter()
  port.on('message', (data: unknown) => events.emit('message', { data, ports: [] }))
  port.on('close', () => events.emit('close'))
  return {
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
    on: (type: string, listener: (event: { data: unknown }) => void) => events.on(type, listener),
  }
}
