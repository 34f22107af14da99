import { join } from 'node:path'
import { BrowserWindow, MessageChannelMain, nativeTheme } from 'electron'
import { coreContract } from '../../shared/contract/index.ts'
import type { Channel } from '../../shared/rpc/channel.ts'
import { messagePortChannel } from '../../shared/rpc/message-port-channel.ts'
import { portMessage } from '../../shared/rpc/port-message.ts'
import { serve } from '../../shared/rpc/server.ts'
import type { Core } from '../core/create-core.ts'
import type { Host } from '../core/host.ts'
import { pageOrigin } from './page-address.ts'

export interface WindowOptions {
  readonly core: Core
  readonly host: Host
  readonly rootFolder: string
}

/** Opens a window and gives its page one port to core; a page that is loaded again gets a new one. */
export function openWindow({ core, host, rootFolder }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    minWidth: 640,
    minHeight: 480,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#161412' : '#fbfaf8',
    webPreferences: {
      preload: join(rootFolder, 'out/preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  let channel: Channel | undefined
  window.webContents.on('did-finish-load', () => {
    if (!window.webContents.getURL().startsWith(`${pageOrigin}/`)) return
    const { port1, port2 } = new MessageChannelMain()
    channel?.close()
    channel = messagePortChannel(port1)
    serve(coreContract, core.handlers, channel, { onUnexpected: (error) => host.log(error.message) })
    window.webContents.postMessage(portMessage, null, [port2])
  })
  window.on('closed', () => channel?.close())
  void window.loadURL(`${pageOrigin}/`)
  return window
}
