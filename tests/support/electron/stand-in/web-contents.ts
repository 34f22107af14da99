import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import type { Page } from 'playwright-core'
import { ipcMain } from './ports.ts'
import { openPreloadWorld, type PreloadWorld } from './preload-world.ts'
import { preventable } from './preventable.ts'
import { appOrigin, fromApp, pageServer, toApp } from './protocol.ts'

/** The page of a window, with the preload in a world of its own. */
export class WebContents extends EventEmitter {
  readonly #preload: string
  #page: Page | undefined
  #world: PreloadWorld | undefined
  #url = ''
  readonly #loaded = Promise.withResolvers<void>()
  #taker: ((port: MessagePort) => void) | undefined
  #openWindow: ((details: { url: string }) => { action: string }) | undefined

  constructor(preload: string) {
    super()
    this.#preload = preload
  }

  /** Of the stand-in only: takes a page of Chromium over. */
  async adopt(page: Page, onReady: () => void): Promise<void> {
    this.#page = page
    const own = await pageServer()
    this.#world = await openPreloadWorld(page, {
      file: this.#preload,
      onSend: (name, args) => {
        const frame = { url: this.#url, parent: null }
        ipcMain.emit(name, { sender: this, senderFrame: frame }, ...args)
      },
    })
    page.on('domcontentloaded', onReady)
    page.on('load', () => {
      void toApp(page.url()).then((url) => {
        this.#url = url
        this.emit('did-finish-load')
        this.#loaded.resolve()
      })
    })
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) void toApp(frame.url()).then((url) => (this.#url = url))
    })
    page.on('popup', (popup) => void popup.close())
    await page.route(
      (url) => url.origin !== own,
      async (route) => {
        const request = route.request()
        const isNavigation = request.isNavigationRequest() && request.frame() === page.mainFrame()
        if (isNavigation && preventable(this, 'will-navigate', { url: request.url() })) return route.abort('aborted')
        return route.continue()
      },
    )
  }

  /** Of the stand-in only: resolves when the first page has its port. */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  get page(): Page | undefined {
    return this.#page
  }

  get world(): PreloadWorld | undefined {
    return this.#world
  }

  /** Of the stand-in only: what a page that opens a window would be told. */
  askForWindow(url: string): string | undefined {
    return this.#openWindow?.({ url }).action
  }

  async load(url: string): Promise<void> {
    this.#url = url
    await this.#page?.goto(await fromApp(url))
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openWindow = handler
  }

  getURL(): string {
    return this.#url === '' ? '' : this.#url.replace(/^about:blank$/, `${appOrigin}/`)
  }

  reload(): void {
    void this.#page?.reload()
  }

  /** Of the stand-in only: gives the port that a page gets when it is loaded to somebody else. */
  takePort(taker: (port: MessagePort) => void): void {
    this.#taker = taker
    this.emit('did-finish-load')
  }

  postMessage(name: string, _message: unknown, ports: { raw: MessagePort }[]): void {
    const [first] = ports
    if (this.#taker !== undefined && first !== undefined) {
      this.#taker(first.raw)
      this.#taker = undefined
      return
    }
    this.#world?.deliver(
      name,
      ports.map(({ raw }) => raw),
    )
  }
}
