import { protocol } from 'electron'
import { pageHeaders } from '../core/page/page-headers.ts'
import type { PageFiles } from '../core/page/read-page-files.ts'
import { pageOrigin, pageScheme } from './page-address.ts'

/** To be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers the page's requests for its own files, and nothing else. */
export function servePage(page: PageFiles): void {
  const headers = pageHeaders(["'self'"])
  protocol.handle(pageScheme, async (request) => {
    const url = new URL(request.url)
    const file = `${url.protocol}//${url.host}` === pageOrigin ? page.get(url.pathname) : undefined
    if (file === undefined || request.method !== 'GET') return new Response('Not found', { status: 404, headers })
    return new Response(await file.read(), {
      headers: { ...headers, 'content-type': file.contentType, 'cache-control': file.cacheControl },
    })
  })
}
