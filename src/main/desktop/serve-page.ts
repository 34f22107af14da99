import { protocol, session } from 'electron'
import { desktopMark } from '../../shared/rpc/port-message.ts'
import { pageHeaders } from '../core/page/page-headers.ts'
import type { PageFiles } from '../core/page/read-page-files.ts'
import { collectBytes } from '../core/pictures/collect-bytes.ts'
import type { Pictures } from '../core/pictures/pictures.ts'
import { pageOrigin, pageScheme } from './page-address.ts'

/** To be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers the page's requests for its own files and for pictures, and nothing else. */
export function servePage(page: PageFiles, pictures: Pick<Pictures, 'answer'>): void {
  const headers = pageHeaders(["'self'"])
  session.defaultSession.setUserAgent(`${session.defaultSession.getUserAgent()} ${desktopMark}`)
  protocol.handle(pageScheme, async (request) => {
    const url = new URL(request.url)
    const refused = new Response('Not found', { status: 404, headers })
    // `null` stands for what has no origin of ours, such as a sandboxed frame.
    const origin = request.headers.get('origin')
    if (`${url.protocol}//${url.host}` !== pageOrigin || (origin !== null && origin !== pageOrigin)) return refused
    const picture = await pictures.answer({
      method: request.method,
      path: url.pathname,
      readBody: (bytesMax) => readBody(request, bytesMax),
    })
    if (picture !== undefined) {
      return new Response(picture.body, { status: picture.status, headers: { ...headers, ...picture.headers } })
    }
    const file = page.get(url.pathname)
    if (file === undefined || request.method !== 'GET') return refused
    return new Response(await file.read(), {
      headers: { ...headers, 'content-type': file.contentType, 'cache-control': file.cacheControl },
    })
  })
}

async function readBody(request: Request, bytesMax: number): Promise<Uint8Array | null> {
  return request.body === null ? new Uint8Array() : collectBytes(request.body, bytesMax)
}
