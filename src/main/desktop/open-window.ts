import { join } from 'node:path'
import { app, BrowserWindow, MessageChannelMain, nativeTheme, screen } from 'electron'
import { coreContract } from '../../shared/contract/index.ts'
import type { Channel } from '../../shared/rpc/channel.ts'
import { messagePortChannel } from '../../shared/rpc/message-port-channel.ts'
import { portMessage } from '../../shared/rpc/port-message.ts'
import { serve } from '../../shared/rpc/server.ts'
import type { Core } from '../core/create-core.ts'
import type { Host } from '../core/host.ts'
import { placeOnScreen, type StateFile } from './kept-state.ts'
import { isOwnPage, pageOrigin } from './page-address.ts'

export interface WindowOptions {
  readonly core: Core
  readonly host: Host
  readonly rootFolder: string
  readonly state: StateFile
}

/** Opens a window where the last one was, and gives its page one port to core; a page that is loaded again gets a new one. */
export function openWindow({ core, host, rootFolder, state }: WindowOptions): BrowserWindow {
  const kept = state.read()
  const window = new BrowserWindow({
    ...placeOnScreen(
      kept.bounds,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    ),
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: 'Athanor',
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
  if (kept.isMaximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  keepPlace(window, state)
  let channel: Channel | undefined
  window.webContents.on('did-finish-load', () => {
    if (!isOwnPage(window.webContents.getURL())) return
    const { port1, port2 } = new MessageChannelMain()
    channel?.close()
    channel = messagePortChannel(port1)
    serve(coreContract, core.handlers, channel, { onUnexpected: (error) => host.log(error.message) })
    window.webContents.postMessage(portMessage, null, [port2])
  })
  // A page that died takes its port with it; loading it again gives it another.
  window.webContents.on('render-process-gone', (_, { reason }) => {
    host.log(`the page ended (${reason}) and is loaded again`)
    if (reason !== 'clean-exit') window.webContents.reload()
  })
  window.on('closed', () => channel?.close())
  void window.loadURL(`${pageOrigin}/`)
  return window
}

const keepAfterMs = 500

function keepPlace(window: BrowserWindow, state: StateFile): void {
  let timer: NodeJS.Timeout | undefined
  const keep = () => {
    clearTimeout(timer)
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return
    state.change({ bounds: window.getNormalBounds(), isMaximised: window.isMaximized() })
  }
  const keepSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(keep, keepAfterMs)
  }
  window.on('resize', keepSoon)
  window.on('move', keepSoon)
  // Quitting ends the app without closing its window first.
  app.on('before-quit', keep)
  window.on('close', keep)
  window.on('closed', () => {
    clearTimeout(timer)
    app.off('before-quit', keep)
  })
}
