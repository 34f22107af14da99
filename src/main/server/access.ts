import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why a request is refused, as an HTTP status. */
export type Refusal = 401 | 403

/**
 * Who may talk to the server. Loopback is no boundary: any page in the browser can send requests to it, under any host
 * name whose owner points it here. So a request must name our own host, must not come from another origin, and must
 * carry the session cookie, which is given once, for the token that the terminal printed.
 */
export interface Access {
  /** Good for one use; whoever has it gets the session. */
  readonly token: string
  /** Uses the token up; the Set-Cookie header, or undefined where the token is wrong or was used. */
  redeem(token: string): string | undefined
  /** For every request, before anything else is looked at. */
  refuseOrigin(request: IncomingMessage): Refusal | undefined
  refuseSession(request: IncomingMessage): Refusal | undefined
  /** A WebSocket is not held by the browser to its own origin, so here the origin must be given. */
  refuseUpgrade(request: IncomingMessage): Refusal | undefined
}

/** `hosts` are all names, with their port, that this server may be asked under. */
export function createAccess(port: number, hosts: readonly string[]): Access {
  // Cookies know no ports: another program on this machine may set one of the same name.
  const cookieName = `athanor-${port}`
  const token = randomBytes(32).toString('base64url')
  const session = randomBytes(32).toString('base64url')
  let isRedeemed = false

  function refuseOrigin({ headers, headersDistinct, method }: IncomingMessage): Refusal | undefined {
    // Of several hosts Node's `headers` shows only the first.
    if (headers.host === undefined || headersDistinct['host']?.length !== 1) return 403
    if (!hosts.includes(headers.host)) return 403
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 403
    const site = headers['sec-fetch-site']
    if (site === undefined || site === 'same-origin' || site === 'none') return undefined
    // A person may come from a link elsewhere; what another page embeds or fetches is refused.
    const isNavigation = method === 'GET' && headers['sec-fetch-mode'] === 'navigate'
    return isNavigation && headers['sec-fetch-dest'] === 'document' ? undefined : 403
  }

  function refuseSession({ headers }: IncomingMessage): Refusal | undefined {
    const values = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
    const isKnown = values.some(([name, value]) => name === cookieName && value !== undefined && isSame(value, session))
    return isKnown ? undefined : 401
  }

  return {
    token,
    redeem(given) {
      if (isRedeemed || !isSame(given, token)) return undefined
      isRedeemed = true
      return `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`
    },
    refuseOrigin,
    refuseSession,
    refuseUpgrade: (request) =>
      request.headers.origin === undefined ? 403 : (refuseOrigin(request) ?? refuseSession(request)),
  }
}

/** Takes the same time wherever the two differ; hashing makes them equally long. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
