import { basename } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { app } from './app.ts'
import { openBrowser } from './browser.ts'
import { BrowserWindow } from './browser-window.ts'
import { answers, asked } from './dialog.ts'
import { clickMenu, describeMenu } from './menu.ts'
import { notifications } from './notification.ts'
import { askHandler, privileges } from './protocol.ts'
import { permissions, shownInFolder } from './surroundings.ts'

const first = (): BrowserWindow => {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) throw new Error('there is no window')
  return window
}

let taken: MessagePort | undefined

export const postToCore = (data: unknown) => taken?.postMessage(data)

/** What the tests may do to the app from outside, and what they see of it; everything passes as JSON. */
export const controls = {
  /** From then on the test talks to core in place of the page. */
  takePort: () =>
    first().webContents.takePort((port) => {
      taken = port
      port.on('message', (data: unknown) => process.send?.({ port: data }))
    }),
  loaded: () => first().webContents.loaded,
  endpoint: async () => (await openBrowser()).endpoint,
  windows: () =>
    BrowserWindow.getAllWindows().map((window) => ({
      isShown: window.isShown,
      isMaximized: window.isMaximized(),
      bounds: window.getNormalBounds(),
      progress: window.progress,
      url: window.webContents.getURL(),
      webPreferences: { ...window.options.webPreferences, preload: basename(window.options.webPreferences.preload) },
    })),
  menu: () => describeMenu(),
  click: (path: string) => clickMenu(path),
  answer: (given: Partial<typeof answers>) => {
    for (const [kind, values] of Object.entries(given)) answers[kind as keyof typeof answers].push(...values)
  },
  asked: () => asked,
  shownInFolder: () => shownInFolder,
  notifications: () => notifications.map(({ options }) => options),
  clickNotification: () => notifications.at(-1)?.emit('click'),
  privileges: () => privileges,
  resize: (bounds: Parameters<BrowserWindow['setBounds']>[0]) => first().setBounds(bounds),
  maximize: () => first().maximize(),
  minimize: () => first().minimize(),
  blur: () => BrowserWindow.blur(),
  isFocused: () => BrowserWindow.getFocusedWindow() !== null,
  closeWindow: () => first().close(),
  quit: () => app.quit(),
  startAgain: (words: string[], workingFolder: string) => {
    app.emit('second-instance', {}, ['electron', ...words], workingFolder)
  },
  askForWindow: (url: string) => first().webContents.askForWindow(url) ?? null,
  checkPermission: (permission: string, origin: string, details: object) =>
    permissions.check?.(null, permission, origin, details) ?? null,
  requestPermission: (permission: string, details: object) =>
    new Promise((resolve) => {
      const contents = { getURL: () => first().webContents.getURL() }
      permissions.request?.(contents, permission, resolve, details)
    }),
  fetch: async (url: string, init: RequestInit = {}) => {
    const response = await askHandler(url, init)
    return { status: response.status, headers: Object.fromEntries(response.headers) }
  },
  dropFolder: async (path: string) => {
    const { page, world } = first().webContents
    if (page === undefined) throw new Error('there is no page')
    await world?.knowFile(basename(path), path)
    const cdp = await page.context().newCDPSession(page)
    const data = { items: [], files: [path], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await cdp.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data })
    }
    await cdp.detach()
  },
}

export type Controls = typeof controls
