/** Runs the built desktop app on the stand-in, does what its page would do, and prints what came of it as JSON. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import type { MessagePort } from 'node:worker_threads'
import { coreContract } from '../../../src/shared/contract/index.ts'
import { createClient } from '../../../src/shared/rpc/client.ts'
import { messagePortChannel } from '../../../src/shared/rpc/message-port-channel.ts'
import { app, seen } from './stand-in.ts'

const root = join(import.meta.dirname, '../../..')
const [, , imageFolder = ''] = process.argv
const standIn = new URL('./stand-in.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
})
await import(join(root, 'out/main/index.js'))
await turn()

const [window] = seen.windows
if (window === undefined) throw new Error(`no window: ${seen.errors.join()}`)
const contents = window.webContents
const handler = [...seen.handlers.values()][0]
const origin = new URL(contents.url).origin === 'null' ? contents.url.replace(/\/$/, '') : new URL(contents.url).origin

/** The preload script passes the port on; the page receives it from its own window. */
function loadPage(): MessagePort {
  contents.sent = []
  contents.emit('did-finish-load')
  const received: { message: unknown; target: unknown; ports: MessagePort[] }[] = []
  const listeners = new Map<string, (event: { ports: MessagePort[] }) => void>()
  runInNewContext(readFileSync(join(root, 'out/preload/index.cjs'), 'utf8'), {
    require: (name: string) => {
      if (name !== 'electron') throw new Error(`a sandboxed preload cannot load ${name}`)
      return { ipcRenderer: { on: (event: string, listener: never) => listeners.set(event, listener) } }
    },
    window: {
      location: { origin },
      postMessage: (message: unknown, target: unknown, ports: MessagePort[]) =>
        received.push({ message, target, ports }),
    },
    module: { exports: {} },
    exports: {},
  })
  for (const { name, ports } of contents.sent) listeners.get(name)?.({ ports })
  const port = received[0]?.ports[0]
  if (port === undefined || received[0]?.target !== origin) throw new Error('the page received no port of its own')
  return port
}

async function fetchPage(path: string, scheme = origin): Promise<unknown> {
  const response = await handler?.(new Request(`${scheme}${path}`))
  return {
    status: response?.status,
    type: response?.headers.get('content-type'),
    policy: response?.headers.get('content-security-policy')?.slice(0, 18),
  }
}

function navigate(url: string): boolean {
  const event = { url, isPrevented: false, preventDefault: () => (event.isPrevented = true) }
  contents.emit('will-navigate', event)
  return !event.isPrevented
}

const api = createClient(coreContract, messagePortChannel(loadPage()))
const opened = await api.project.open({ imageFolder })
let imported = 0
for await (const event of api.catalog.import({ projectId: opened.id })) {
  if (event.kind === 'finished') imported = event.summary.found
}
const reloaded = createClient(coreContract, messagePortChannel(loadPage()))
let granted: unknown
seen.permission?.({}, 'media', (answer: unknown) => (granted = answer))
window.emit('ready-to-show')

process.stdout.write(
  JSON.stringify({
    webPreferences: { ...(window.options['webPreferences'] as object), preload: undefined },
    isShown: window.isShown,
    imported,
    projects: (await reloaded.project.list({})).map((project) => project.imageFolder),
    pages: {
      start: await fetchPage('/'),
      absent: await fetchPage('/../package.json'),
      encoded: await fetchPage('/%2e%2e%2fpackage.json'),
      otherHost: await fetchPage('/', 'athanor://elsewhere'),
    },
    navigates: { home: navigate(`${origin}/`), away: navigate('https://example.org/'), file: navigate('file:///etc/') },
    newWindow: contents.openWindow?.({ url: 'https://example.org/' }).action,
    granted,
    checked: seen.permissionCheck?.(),
    errors: seen.errors,
  }),
  () => app.quit(),
)
