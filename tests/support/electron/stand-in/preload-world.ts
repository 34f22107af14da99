import { readFileSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { CDPSession, Page } from 'playwright-core'

const worldName = 'athanor-preload'

export interface PreloadWorld {
  /** As `webContents.postMessage`: the ports arrive with the event. */
  deliver(name: string, ports: readonly MessagePort[]): void
  /** Tells `webUtils.getPathForFile` where a file lies that is going to be dropped. */
  knowFile(name: string, path: string): Promise<void>
}

interface PreloadOptions {
  readonly file: string
  readonly onSend: (name: string, args: readonly unknown[]) => void
}

/** In the page's isolated world: what `require('electron')` gives a sandboxed preload, over one binding. */
const surroundings = `
  const listeners = new Map()
  const ports = new Map()
  const files = new Map()
  const tell = (message) => globalThis.athanorStandIn(JSON.stringify(message))
  globalThis.standIn = {
    deliver(name, ids) {
      const received = ids.map((id) => {
        const { port1, port2 } = new MessageChannel()
        ports.set(id, port1)
        port1.onmessage = ({ data }) => tell({ kind: 'message', id, data })
        port1.addEventListener('close', () => tell({ kind: 'close', id }))
        return port2
      })
      for (const listener of listeners.get(name) ?? []) listener({ ports: received })
    },
    post: (id, data) => ports.get(id)?.postMessage(data),
    knowFile: (name, path) => files.set(name, path),
  }
  const electron = {
    ipcRenderer: {
      on: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
      send: (name, ...args) => tell({ kind: 'send', name, args }),
    },
    webUtils: { getPathForFile: (file) => files.get(file.name) ?? '' },
  }
  const require = (name) => {
    if (name !== 'electron') throw new Error('a sandboxed preload cannot load ' + name)
    return electron
  }
`

type Told =
  | { readonly kind: 'message'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'send'; readonly name: string; readonly args: readonly unknown[] }

export async function openPreloadWorld(page: Page, { file, onSend }: PreloadOptions): Promise<PreloadWorld> {
  const cdp = await page.context().newCDPSession(page)
  const ports = new Map<number, MessagePort>()
  let context: number | undefined
  let lastId = 0

  cdp.on('Runtime.executionContextCreated', ({ context: created }) => {
    if (created.name !== worldName) return
    // The document is another one now, and what the old one held is closed.
    for (const port of ports.values()) port.close()
    ports.clear()
    context = created.id
  })
  cdp.on('Runtime.bindingCalled', ({ payload }) => {
    const told = JSON.parse(payload) as Told
    if (told.kind === 'send') return onSend(told.name, told.args)
    const port = ports.get(told.id)
    if (told.kind === 'message') port?.postMessage(told.data)
    else port?.close()
  })
  await cdp.send('Runtime.enable')
  await cdp.send('Runtime.addBinding', { name: 'athanorStandIn', executionContextName: worldName })
  await cdp.send('Page.enable')
  const preload = `(function (require) {\n${readFileSync(file, 'utf8')}\n})(require)`
  const source = `{${surroundings}\n${preload}\n}`
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName })

  const call = (expression: string) => evaluate(cdp, context, expression)
  return {
    deliver(name, delivered) {
      const ids = delivered.map((port) => {
        lastId += 1
        const id = lastId
        ports.set(id, port)
        port.on('message', (data: unknown) => void call(`standIn.post(${id}, ${JSON.stringify(data)})`))
        return id
      })
      void call(`standIn.deliver(${JSON.stringify(name)}, ${JSON.stringify(ids)})`)
    },
    knowFile: (name, path) => call(`void standIn.knowFile(${JSON.stringify(name)}, ${JSON.stringify(path)})`),
  }
}

async function evaluate(cdp: CDPSession, contextId: number | undefined, expression: string): Promise<void> {
  if (contextId === undefined) throw new Error('the preload has not run')
  try {
    await cdp.send('Runtime.evaluate', { contextId, expression })
  } catch {
    // The document went away with its ports.
  }
}
