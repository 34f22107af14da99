import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as send, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createCore, type Core } from '../../src/main/core/create-core.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { startServer, type RunningServer } from '../../src/main/server/start-server.ts'
import { coreContract } from '../../src/shared/contract/index.ts'
import { pictureAddress, uploadAddress, uploadBytesMax } from '../../src/shared/contract/picture-address.ts'
import { ImageId, ProjectId, RunId, UploadId } from '../../src/shared/domain/ids.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import { webSocketChannel } from '../../src/shared/rpc/web-socket-channel.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let folder: string
let core: Core
let server: RunningServer
let token: string
const logged: string[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'athanor-server-'))
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
  mkdirSync(join(folder, 'page-evil'))
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>the page</title>')
  writeFileSync(join(folder, 'page', 'assets', 'index-abc.js'), 'export {}')
  writeFileSync(join(folder, 'secret.html'), 'the secret')
  writeFileSync(join(folder, 'page-evil', 'index.html'), 'the secret')
  symlinkSync(join(folder, 'secret.html'), join(folder, 'page', 'link.html'))
  // Without roots: what may be opened is tested elsewhere.
  core = createCore(createNodeHost())
})
afterAll(async () => {
  await core.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  server = await startServer({
    handlers: core.handlers,
    pictures: core.pictures,
    pageFolder: join(folder, 'page'),
    port: 0,
    log: (line) => logged.push(line),
  })
  token = new URL(server.url).searchParams.get('token') ?? ''
})
afterEach(() => server.close())

function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', sent?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send({ host: '127.0.0.1', port: server.port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', reject)
      .end(sent)
  })
}

async function enter(): Promise<string> {
  const { headers } = await ask(`/?token=${token}`)
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

/** The status that the upgrade is refused with, or 101. */
async function upgrade(headers: Record<string, string>, path = '/rpc'): Promise<number> {
  const { origin, ...rest } = headers
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
    headers: rest,
    ...(origin === undefined ? {} : { origin }),
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  })
}

const ownOrigin = () => `http://127.0.0.1:${server.port}`

describe('the token', () => {
  test('gives a cookie for one use, which opens the page', async () => {
    const entered = await ask(`/?token=${token}`)
    expect(entered).toMatchObject({ status: 200, headers: { refresh: '0; url=/' } })
    expect(entered.headers['set-cookie']).toEqual([
      expect.stringMatching(/^athanor-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/),
    ])
    expect(entered.body).not.toContain(token)
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    expect(await ask('/', { cookie })).toMatchObject({
      status: 200,
      body: expect.stringContaining('the page') as string,
    })
  })

  test('is long, and another at each start', async () => {
    const other = await startServer({
      handlers: core.handlers,
      pictures: core.pictures,
      pageFolder: join(folder, 'page'),
      port: 0,
      log: () => {},
    })
    await other.close()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(other.url).not.toContain(token)
  })

  test.each<[string, () => string]>([
    ['none', () => '/'],
    ['an empty one', () => '/?token='],
    ['a wrong one', () => `/?token=${'a'.repeat(43)}`],
    ['a shortened one', () => `/?token=${token.slice(0, -1)}`],
    ['a lengthened one', () => `/?token=${token}a`],
    ['one in the wrong place', () => `/assets/index-abc.js?token=${token}`],
    ['one in the path', () => `/${token}`],
  ])('%s is refused, and leaves the right one good', async (_, path) => {
    const refused = await ask(path())
    expect(refused).toMatchObject({ status: 401 })
    expect(refused.headers['set-cookie']).toBeUndefined()
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 200 })
  })

  test('a used one is refused, but not to its owner', async () => {
    const cookie = await enter()
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 401 })
    expect(await ask(`/?token=${token}`, { cookie })).toMatchObject({ status: 200 })
  })

  test('HEAD does not use it up', async () => {
    await ask(`/?token=${token}`, {}, 'HEAD')
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 200 })
  })

  test.each<[string, (cookie: string) => string]>([
    ['the name alone', (cookie) => cookie.split('=')[0] ?? ''],
    ['a wrong value', (cookie) => `${cookie.split('=')[0]}=${'a'.repeat(43)}`],
    ['a shortened value', (cookie) => cookie.slice(0, -1)],
    ['the value under another name', (cookie) => `athanor-1=${cookie.split('=')[1]}`],
    ['the token as the value', (cookie) => `${cookie.split('=')[0]}=${token}`],
  ])('%s is no session', async (_, change) => {
    const cookie = change(await enter())
    expect(await ask('/', { cookie })).toMatchObject({ status: 401 })
    expect(await upgrade({ cookie, origin: ownOrigin() })).toBe(401)
  })
})

describe('the host and the origin', () => {
  test.each([
    'localhost',
    'localhost:1',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '0.0.0.0',
    'LOCALHOST.',
  ])('the host %j is refused before anything else, cookie or not', async (name) => {
    const cookie = await enter()
    for (const host of name.includes(':1') ? [name] : [name, `${name}:${server.port}`]) {
      if (host === `localhost:${server.port}` || host === `127.0.0.1:${server.port}`) continue
      expect(await ask('/', { host, cookie })).toMatchObject({ status: 403 })
      expect(await upgrade({ host, cookie, origin: `http://${host}` })).toBe(403)
    }
  })

  test('no host, an empty one and two are refused', async () => {
    const cookie = await enter()
    const own = `127.0.0.1:${server.port}`
    for (const hosts of [[], [''], ['evil.example', own], [own, 'evil.example']]) {
      const lines = [
        'GET / HTTP/1.1',
        ...hosts.map((host) => `Host: ${host}`),
        `Cookie: ${cookie}`,
        'Connection: close',
      ]
      const socket = connect({ host: '127.0.0.1', port: server.port })
      socket.end(`${lines.join('\r\n')}\r\n\r\n`)
      let answer = ''
      for await (const part of socket.setEncoding('utf8') as AsyncIterable<string>) answer += part
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /)
      expect(answer).not.toContain('<title>')
    }
  })

  test('localhost with the port is our host too', async () => {
    const cookie = await enter()
    expect(await ask('/', { host: `localhost:${server.port}`, cookie })).toMatchObject({ status: 200 })
  })

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost:3000', 'http://127.0.0.1', ''])(
    'the origin %j is refused',
    async (origin) => {
      const cookie = await enter()
      expect(await ask('/', { origin, cookie })).toMatchObject({ status: 403 })
      expect(await upgrade({ origin, cookie })).toBe(403)
    },
  )

  test('what a page elsewhere fetches or embeds is refused, a link from there is not', async () => {
    const cookie = await enter()
    const embed = (site: string, mode: string, destination: string) =>
      ask('/', { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination })
    expect(await embed('cross-site', 'no-cors', 'image')).toMatchObject({ status: 403 })
    expect(await embed('same-site', 'no-cors', 'script')).toMatchObject({ status: 403 })
    expect(await embed('same-site', 'navigate', 'iframe')).toMatchObject({ status: 403 })
    expect(await embed('cross-site', 'navigate', 'document')).toMatchObject({ status: 200 })
    expect(await embed('same-origin', 'no-cors', 'script')).toMatchObject({ status: 200 })
  })

  test('no answer allows another origin to read it', async () => {
    const cookie = await enter()
    for (const answer of [await ask('/', { cookie }), await ask('/'), await ask('/', { host: 'evil.example' })]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; /) as string,
      })
    }
  })
})

describe('the WebSocket', () => {
  test('opens for the page and serves core', async () => {
    const cookie = await enter()
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { cookie }, origin: ownOrigin() })
    await once(socket, 'open')
    const channel = webSocketChannel(socket)
    await expect(createClient(coreContract, channel).project.list({})).resolves.toEqual([])
    channel.close()
    await once(socket, 'close')
  })

  test('is refused without a cookie, without an origin and elsewhere', async () => {
    const cookie = await enter()
    expect(await upgrade({ origin: ownOrigin() })).toBe(401)
    expect(await upgrade({ cookie })).toBe(403)
    expect(await upgrade({ cookie, origin: ownOrigin() }, '/elsewhere')).toBe(404)
    expect(await upgrade({ cookie, origin: ownOrigin() }, `/rpc?token=${token}`)).toBe(404)
  })

  test('a message that is no message ends that connection and nothing else', async () => {
    const cookie = await enter()
    for (const junk of ['{', Buffer.from([0, 1, 2])]) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { cookie }, origin: ownOrigin() })
      await once(socket, 'open')
      socket.send(junk)
      await once(socket, 'close')
    }
    expect(await ask('/', { cookie })).toMatchObject({ status: 200 })
  })
})

describe('the files', () => {
  test('are those of the page, with their types', async () => {
    const cookie = await enter()
    expect(await ask('/assets/index-abc.js', { cookie })).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'private, max-age=31536000, immutable',
      },
    })
    expect(await ask('/index.html', { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  test.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/%2e%2e%2fsecret.html',
    '/..%5csecret.html',
    '/....//secret.html',
    '/..;/secret.html',
    '//secret.html',
    '/link.html',
    '/../page-evil/index.html',
    '/index.html%00.js',
    '/%c0%ae%c0%ae/secret.html',
    '/file:///etc/passwd',
    '/assets',
    '/assets/',
    '/%',
  ])('%s is not one of them', async (path) => {
    const cookie = await enter()
    const answer = await ask(path, { cookie })
    expect(answer.status).toBe(404)
    expect(answer.body).not.toContain('secret')
  })

  test('an absolute address is no path', async () => {
    const cookie = await enter()
    expect(await ask('http://evil.example/', { cookie })).toMatchObject({ status: 400 })
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
    const cookie = await enter()
    expect(await ask('/', { cookie }, method)).toMatchObject({ status: 405 })
  })
})

describe('pictures and uploads', () => {
  const contentHash = 'a'.repeat(64)
  const projectId = ProjectId.parse('00000000-0000-4000-8000-000000000000')
  const image = { projectId, imageId: ImageId.parse(1), contentHash }
  const addresses: [string, string][] = [
    ['GET', pictureAddress({ kind: 'thumbnail', ...image })],
    ['GET', pictureAddress({ kind: 'view', ...image })],
    ['GET', pictureAddress({ kind: 'full', ...image })],
    ['GET', pictureAddress({ kind: 'seen', projectId, runId: RunId.parse('run-1'), epoch: 1 })],
    ['GET', pictureAddress({ kind: 'upload', projectId, uploadId: UploadId.parse(projectId) })],
    ['POST', uploadAddress(projectId)],
  ]

  test.each(addresses)('%s %s is guarded like the page', async (method, path) => {
    const cookie = await enter()
    const origin = ownOrigin()
    expect(await ask(path, { origin }, method)).toMatchObject({ status: 401 })
    expect(await ask(`${path}?token=${token}`, { origin }, method)).toMatchObject({ status: 401 })
    expect(await ask(path, { cookie, origin: 'http://evil.example' }, method)).toMatchObject({ status: 403 })
    expect(await ask(path, { cookie, origin: 'null' }, method)).toMatchObject({ status: 403 })
    expect(await ask(path, { cookie, origin, host: `evil.example:${server.port}` }, method)).toMatchObject({
      status: 403,
    })
    const embedded = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
    expect(await ask(path, embedded, method)).toMatchObject({ status: 403 })
    // Through all of it, there is no such project.
    expect(await ask(path, { cookie, origin }, method)).toMatchObject({ status: 404 })
  })

  test('a POST without an origin, or to anything else, is refused', async () => {
    const cookie = await enter()
    expect(await ask(uploadAddress(projectId), { cookie }, 'POST')).toMatchObject({ status: 403 })
    expect(await ask('/uploads/..%2f', { cookie, origin: ownOrigin() }, 'POST')).toMatchObject({ status: 405 })
    expect(await ask(addresses[0]?.[1] ?? '', { cookie, origin: ownOrigin() }, 'POST')).toMatchObject({ status: 405 })
  })

  test('an upload of an open project is kept and shown, and one that is too large is told so', async () => {
    const cookie = await enter()
    const origin = ownOrigin()
    const images = join(folder, 'images')
    mkdirSync(images)
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { cookie }, origin })
    await once(socket, 'open')
    const channel = webSocketChannel(socket)
    const { id } = await createClient(coreContract, channel).project.open({ imageFolder: images })
    channel.close()
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    const answer = await ask(uploadAddress(id), { cookie, origin }, 'POST', picture)
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    const { uploadId } = JSON.parse(answer.body) as { uploadId: UploadId }
    const shown = await ask(pictureAddress({ kind: 'upload', projectId: id, uploadId }), { cookie })
    expect(shown).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'image/webp',
        'content-security-policy': expect.stringContaining('sandbox') as string,
      },
    })
    const large = await ask(uploadAddress(id), { cookie, origin }, 'POST', new Uint8Array(uploadBytesMax + 1))
    expect(large).toMatchObject({ status: 413, body: expect.stringContaining('64 MB') as string })
    expect(await ask(uploadAddress(id), { cookie, origin }, 'POST')).toMatchObject({ status: 422 })
  })
})

test('only loopback is listened on, and nothing is logged of the token', async () => {
  const outside = connect({ host: '::1', port: server.port })
  await expect(once(outside, 'connect')).rejects.toMatchObject({
    code: expect.stringMatching(/REFUSED|ADDR/) as string,
  })
  expect(logged).toEqual([])
})

test('a port that is taken is named', async () => {
  const again = startServer({
    handlers: core.handlers,
    pictures: core.pictures,
    pageFolder: join(folder, 'page'),
    port: server.port,
    log: () => {},
  })
  await expect(again).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('--port') as string })
})

test('a page that was not built is named', async () => {
  const start = startServer({
    handlers: core.handlers,
    pictures: core.pictures,
    pageFolder: join(folder, 'absent'),
    port: 0,
    log: () => {},
  })
  await expect(start).rejects.toMatchObject({ code: 'not-found' })
})

describe('another address', () => {
  test('is answered under its own names only', async () => {
    const remote = await startServer({
      handlers: core.handlers,
      pictures: core.pictures,
      pageFolder: join(folder, 'page'),
      port: 0,
      address: '0.0.0.0',
      log: () => {},
    })
    try {
      const given = new URL(remote.url)
      expect(given.hostname).not.toBe('0.0.0.0')
      const statusFor = (host: string) =>
        new Promise<number>((resolve, reject) => {
          const headers = { host: `${host}:${remote.port}` }
          send({ host: '127.0.0.1', port: remote.port, path: '/', headers, agent: false }, (response) => {
            response.resume()
            resolve(response.statusCode ?? 0)
          })
            .on('error', reject)
            .end()
        })
      expect(await statusFor(given.hostname)).toBe(401)
      expect(await statusFor('127.0.0.1')).toBe(401)
      expect(await statusFor('0.0.0.0')).toBe(403)
      expect(await statusFor('evil.example')).toBe(403)
      expect(await statusFor('203.0.113.9')).toBe(403)
    } finally {
      await remote.close()
    }
  })
})
