import { createHash, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { said } from '../../src/shared/said.ts'
import { download, type Download } from '../../src/main/core/downloads/download.ts'

const content = randomBytes(300_000)
const sha256 = createHash('sha256').update(content).digest('hex')

let folder: string
let server: Server
let url: string
let requests: IncomingMessage[]
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-download-'))
  requests = []
  answer = sendFile
  server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pth`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

/** As a real server does it: whole, or from the first byte of the range that was asked for. */
function sendFile(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const part = content.subarray(start)
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': part.byteLength,
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` }),
  })
  response.end(part)
}

/** Cuts once something has reached the disk: fetch drops what it has not handed on when a connection breaks. */
function cutAfter(bytes: number) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-length': content.byteLength })
    response.write(content.subarray(0, bytes))
    const poll = setInterval(() => {
      const arrived = statSync(job().file, { throwIfNoEntry: false })?.size ?? 0
      if (arrived > 0) response.destroy()
    }, 5)
    response.on('close', () => clearInterval(poll))
  }
}

function job(overrides: Partial<Download> = {}): Download {
  return {
    url,
    file: join(folder, 'store', 'weights.partial'),
    sizeBytes: content.byteLength,
    sha256,
    otherwise: said`Or run "athanor backbone add FILE".`,
    signal: new AbortController().signal,
    ...overrides,
  }
}

async function run(given: Download): Promise<number[]> {
  const done: number[] = []
  for await (const event of download(given)) if (event.kind === 'downloading') done.push(event.doneBytes)
  return done
}

test('brings the file, reports rising progress and makes the folder', async () => {
  const done = await run(job())
  expect(await readFile(job().file)).toEqual(content)
  expect(done[0]).toBe(0)
  expect(done.at(-1)).toBe(content.byteLength)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
})

test('goes on where a cut connection ended', async () => {
  answer = cutAfter(100_000)
  await expect(run(job())).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining(url) as string })
  const partial = (await stat(job().file)).size
  expect(partial).toBeGreaterThan(0)
  answer = sendFile
  const done = await run(job())
  expect(done[0]).toBe(partial)
  expect(requests.at(-1)?.headers.range).toBe(`bytes=${partial}-`)
  expect(await readFile(job().file)).toEqual(content)
})

test('starts over where the server knows no ranges', async () => {
  answer = cutAfter(100_000)
  await expect(run(job())).rejects.toMatchObject({ code: 'offline' })
  answer = (_request, response) => response.writeHead(200).end(content)
  expect((await run(job()))[0]).toBe(0)
  expect(await readFile(job().file)).toEqual(content)
})

test('a complete file costs no request', async () => {
  await run(job())
  requests = []
  await run(job())
  expect(requests).toEqual([])
})

test('follows redirects', async () => {
  answer = (request, response) => {
    if (request.url === '/weights.pth') response.writeHead(302, { location: '/elsewhere' }).end()
    else sendFile(request, response)
  }
  await run(job())
  expect(await readFile(job().file)).toEqual(content)
})

test('removes what has the wrong hash, so that the next try starts clean', async () => {
  const other = { sha256: createHash('sha256').update('other').digest('hex') }
  await expect(run(job(other))).rejects.toMatchObject({ code: 'checksum' })
  await expect(stat(job().file)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a damaged partial file does not survive the check', async () => {
  await run(job())
  await writeFile(job().file, Buffer.alloc(content.byteLength))
  await expect(run(job())).rejects.toMatchObject({ code: 'checksum' })
  await run(job())
  expect(await readFile(job().file)).toEqual(content)
})

test('stops a server that sends more than the file has', async () => {
  await expect(run(job({ sizeBytes: 200_000 }))).rejects.toMatchObject({ code: 'checksum' })
  expect((await stat(job().file)).size).toBeLessThanOrEqual(200_000)
})

test.each([404, 500, 403])('status %i is an error that names the address and the way out', async (status) => {
  answer = (_request, response) => response.writeHead(status).end('no')
  await expect(run(job())).rejects.toMatchObject({
    code: 'offline',
    message: expect.stringMatching(new RegExp(`${url}.*${status}.*athanor backbone add FILE`)) as string,
  })
})

test('gives up on a server that falls silent, and keeps what arrived', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': content.byteLength })
    response.write(content.subarray(0, 50_000))
  }
  await expect(run(job({ idleTimeoutMs: 300 }))).rejects.toMatchObject({ code: 'offline' })
  expect((await stat(job().file)).size).toBe(50_000)
})

test('without a server it says so', async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await expect(run(job())).rejects.toMatchObject({
    code: 'offline',
    message: expect.stringContaining('the server refused the connection') as string,
  })
  server = createServer().listen(0)
})

test('stops when it is asked to', async () => {
  const controller = new AbortController()
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': content.byteLength })
    response.write(content.subarray(0, 50_000))
    setTimeout(() => controller.abort(), 100)
  }
  await expect(run(job({ signal: controller.signal }))).rejects.toMatchObject({ code: 'cancelled' })
})
