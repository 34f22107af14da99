/**
 * As much of Electron's main process as Athanor's desktop uses, so that its built bundle runs where Electron's program is
 * absent. It proves the wiring, not Chromium: what a page may really do is for Electron itself to show.
 */
import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { asElectronPort } from '../rpc/electron-port.ts'

type Handler = (request: Request) => Promise<Response>

/** What the tests look at. */
export const seen = {
  privileges: [] as unknown[],
  handlers: new Map<string, Handler>(),
  windows: [] as BrowserWindow[],
  errors: [] as string[],
  permission: undefined as ((...args: unknown[]) => void) | undefined,
  permissionCheck: undefined as (() => boolean) | undefined,
}

class App extends EventEmitter {
  requestSingleInstanceLock(): boolean {
    return true
  }
  async whenReady(): Promise<void> {}
  quit(): void {
    const event = { isPrevented: false, preventDefault: () => (event.isPrevented = true) }
    this.emit('before-quit', event)
    if (!event.isPrevented) this.exit(0)
  }
  exit(code: number): never {
    process.exit(code)
  }
}
export const app = new App()

export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown[]) => seen.privileges.push(...schemes),
  handle: (scheme: string, handler: Handler) => seen.handlers.set(scheme, handler),
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: (...args: unknown[]) => void) => (seen.permission = handler),
    setPermissionCheckHandler: (handler: () => boolean) => (seen.permissionCheck = handler),
    setDevicePermissionHandler: () => undefined,
  },
}

export const dialog = { showErrorBox: (title: string, text: string) => seen.errors.push(`${title}: ${text}`) }
export const nativeTheme = { shouldUseDarkColors: true }

interface Sent {
  readonly name: string
  readonly ports: MessagePort[]
}

class WebContents extends EventEmitter {
  url = ''
  sent: Sent[] = []
  openWindow: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openWindow = handler
  }
  getURL(): string {
    return this.url
  }
  postMessage(name: string, _message: unknown, ports: { raw: MessagePort }[]): void {
    this.sent.push({ name, ports: ports.map(({ raw }) => raw) })
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  readonly options: Record<string, unknown>
  isShown = false
  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    seen.windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  static getAllWindows(): BrowserWindow[] {
    return seen.windows
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.url = url
  }
  show(): void {
    this.isShown = true
  }
  focus(): void {}
  isMinimized(): boolean {
    return false
  }
}

export class MessageChannelMain {
  readonly port1: unknown
  readonly port2: unknown
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = asElectronPort(port1)
    this.port2 = { raw: port2 }
  }
}
