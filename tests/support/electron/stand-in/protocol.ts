import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

type Handler = (request: Request) => Promise<Response>

const handlers = new Map<string, Handler>()
export const privileges: unknown[] = []

export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown[]) => privileges.push(...schemes),
  handle: (scheme: string, handler: Handler) => handlers.set(scheme, handler),
}

let serving: Promise<string> | undefined

/** Chromium knows no schemes but its own, so those of the app are served over loopback; the shell sees its own again. */
export function pageServer(): Promise<string> {
  serving ??= serve()
  return serving
}

async function serve(): Promise<string> {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const [[scheme, handler] = []] = handlers
  if (scheme === undefined || handler === undefined) throw new Error('no protocol is handled')
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string' && name !== 'host') headers.set(name, name === 'origin' ? await toApp(value) : value)
  }
  const request = new Request(`${appOrigin}${incoming.url ?? '/'}`, {
    method: incoming.method ?? 'GET',
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const } : {}),
  })
  const response = await handler(request)
  const body = new Uint8Array(await response.arrayBuffer())
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(incoming.method === 'HEAD' ? undefined : body)
}

/** Asks the app's own handler as a page could not: for other hosts and schemes. */
export async function askHandler(url: string, init: RequestInit = {}): Promise<Response> {
  const handler = handlers.get(new URL(url).protocol.replace(':', ''))
  if (handler === undefined) return new Response(null, { status: 404 })
  return handler(new Request(url, init))
}

export const appOrigin = 'athanor://studio'

export async function toApp(url: string): Promise<string> {
  return url.replace(await pageServer(), appOrigin)
}

export async function fromApp(url: string): Promise<string> {
  return url.replace(appOrigin, await pageServer())
}
