import { EventEmitter } from 'node:events'
import { app } from './app.ts'
import { openBrowser } from './browser.ts'
import { grantPermissions } from './grant-permissions.ts'
import { preventable } from './preventable.ts'
import { WebContents } from './web-contents.ts'

interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface WindowOptions extends Partial<Bounds> {
  readonly webPreferences: { readonly preload: string }
}

const windows: BrowserWindow[] = []
let focused: BrowserWindow | null = null

function setFocused(window: BrowserWindow): void {
  focused = window
}

/** A page of Chromium with a frame that exists on paper only. */
export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  readonly options: WindowOptions
  isShown = false
  progress = -1
  readonly #state = { isMaximized: false, isMinimized: false, isDestroyed: false }
  #bounds: Bounds
  readonly #opened: Promise<void>

  constructor(options: WindowOptions) {
    super()
    this.options = options
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.#bounds = { x, y, width, height }
    this.webContents = new WebContents(options.webPreferences.preload)
    windows.push(this)
    setFocused(this)
    app.emit('web-contents-created', {}, this.webContents)
    this.#opened = this.#open()
  }

  async #open(): Promise<void> {
    const { context } = await openBrowser()
    await grantPermissions(context)
    const blank = context.pages().find((page) => page.url() === 'about:blank')
    const page = blank ?? (await context.newPage())
    page.on('close', () => this.destroy())
    await this.webContents.adopt(page, () => this.emit('ready-to-show'))
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }
  static getFocusedWindow(): BrowserWindow | null {
    return focused
  }
  /** Of the stand-in only: the person looks at something else. */
  static blur(): void {
    focused = null
  }

  async loadURL(url: string): Promise<void> {
    await this.#opened
    await this.webContents.load(url)
  }
  show(): void {
    this.isShown = true
  }
  hide(): void {
    this.isShown = false
  }
  focus(): void {
    setFocused(this)
    app.emit('browser-window-focus')
  }
  maximize(): void {
    this.#state.isMaximized = true
    this.emit('resize')
  }
  restore(): void {
    this.#state.isMinimized = false
  }
  minimize(): void {
    this.#state.isMinimized = true
  }
  isMaximized(): boolean {
    return this.#state.isMaximized
  }
  isMinimized(): boolean {
    return this.#state.isMinimized
  }
  isFullScreen(): boolean {
    return false
  }
  isDestroyed(): boolean {
    return this.#state.isDestroyed
  }
  getNormalBounds(): Bounds {
    return this.#bounds
  }
  setBounds(bounds: Bounds): void {
    this.#bounds = bounds
    this.emit('resize')
  }
  setProgressBar(ratio: number): void {
    this.progress = ratio
  }
  close(): void {
    if (!preventable(this, 'close')) this.destroy()
  }
  destroy(): void {
    if (this.#state.isDestroyed) return
    this.#state.isDestroyed = true
    windows.splice(windows.indexOf(this), 1)
    if (focused === this) focused = null
    void this.webContents.page?.close()
    this.emit('closed')
    if (windows.length === 0) app.emit('window-all-closed')
  }
}
