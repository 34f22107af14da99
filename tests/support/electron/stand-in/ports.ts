import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { asElectronPort } from '../../rpc/electron-port.ts'

export const ipcMain = new EventEmitter()

export class MessageChannelMain {
  readonly port1: unknown
  readonly port2: { readonly raw: MessagePort }
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = asElectronPort(port1)
    this.port2 = { raw: port2 }
  }
}
