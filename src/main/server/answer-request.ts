import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseUploadAddress } from '../../shared/contract/picture-address.ts'
import type { PageFiles } from '../core/page/read-page-files.ts'
import type { Pictures } from '../core/pictures/pictures.ts'
import type { Access } from './access.ts'
import { collectBytes } from '../core/pictures/collect-bytes.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface AnswerOptions {
  readonly access: Access
  readonly page: PageFiles
  readonly pictures: Pick<Pictures, 'answer'>
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>
}

/** Answers one HTTP request: the token for a cookie, the files of the page, or a refusal. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: AnswerOptions,
): Promise<void> {
  const answer = await chooseAnswer(request, options)
  // What a refused client still wants to send is not worth reading.
  if (answer.status >= 400) response.shouldKeepAlive = false
  response.writeHead(answer.status, {
    ...options.headers,
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

async function chooseAnswer(request: IncomingMessage, { access, page, pictures }: AnswerOptions): Promise<Answer> {
  const refusedOrigin = access.refuseOrigin(request)
  if (refusedOrigin !== undefined) return say(refusedOrigin, 'This request does not come from the page of Athanor.')

  // The host is checked above; here it only completes the path to an address.
  const target = request.url ?? ''
  const url = URL.parse(`http://localhost${target}`)
  if (url === null || !target.startsWith('/')) return say(400, 'This is no path.')
  const method = request.method ?? ''
  if (method === 'POST' && parseUploadAddress(url.pathname) !== undefined) {
    // A browser names the origin of every POST: one without is not from a page.
    if (request.headers.origin === undefined) return say(403, 'This request does not come from the page of Athanor.')
  } else if (method !== 'GET' && method !== 'HEAD') return say(405, 'Only GET and HEAD are answered.')
  const token = url.searchParams.get('token')
  if (url.pathname === '/' && token !== null && request.method === 'GET') {
    const cookie = access.redeem(token)
    if (cookie !== undefined) return enter(cookie)
    // Whoever already has the cookie may come back through the old address.
    if (access.refuseSession(request) === undefined) return enter()
    return say(401, 'This address was used already, or is not complete. Start Athanor again to get a new one.')
  }
  const refused = access.refuseSession(request)
  if (refused !== undefined) return say(refused, 'Open the whole address that Athanor printed when it started.')

  const picture = await pictures.answer({
    method,
    path: url.pathname,
    readBody: (bytesMax) => collectBytes(request, bytesMax),
  })
  if (picture !== undefined) return picture
  const file = page.get(url.pathname)
  if (file === undefined) return say(404, 'There is no such page.')
  return {
    status: 200,
    headers: { 'content-type': file.contentType, 'cache-control': file.cacheControl },
    body: await file.read(),
  }
}

/**
 * Goes on to the page without the token in its address. By refresh and not by redirect: a browser that came from a link
 * elsewhere would keep a strict cookie back from the redirected request.
 */
function enter(cookie?: string): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      refresh: '0; url=/',
      ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
    },
    // The empty icon keeps the browser from asking for one that is not there.
    body: '<!doctype html><title>Athanor</title><link rel="icon" href="data:,"><p>Opening Athanor …</p>\n',
  }
}

function say(status: number, text: string): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: `${text}\n`,
  }
}
