import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import { chromiumAbsence, chromiumFile, launchChromium } from '../support/chromium.ts'

const root = join(import.meta.dirname, '../..')
if (chromiumFile === undefined) console.warn(`skipped: browser mode in a browser (${chromiumAbsence})`)

describe.skipIf(chromiumFile === undefined)('the built page in a browser', () => {
  let folder: string
  let server: ChildProcess
  let address: string
  let elsewhere: Server
  let browser: Browser
  let context: BrowserContext

  beforeAll(async () => {
    ensureBuilt()
    folder = mkdtempSync(join(tmpdir(), 'athanor-e2e-'))
    await drawImages(folder)
    server = spawn(process.execPath, [join(root, 'out/main/server.js'), folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ATHANOR_HOME: join(folder, 'store') },
    })
    address = await printedAddress(server)
    elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>x</title>'))
    elsewhere.listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    browser = await launchChromium()
    context = await browser.newContext()
  })
  afterAll(async () => {
    await browser?.close()
    elsewhere?.close()
    if (server?.exitCode === null) {
      server.kill('SIGTERM')
      await once(server, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('opens by the printed address and shows the project, live, with nothing refused', async () => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address)
    await page.getByRole('heading', { name: basename(folder) }).waitFor()
    expect(new URL(page.url()).search).toBe('')

    const places = page.getByRole('navigation', { name: 'Places' })
    await places.getByRole('button', { name: 'Label' }).getByText('6 of 6 labelled').waitFor()

    await places.getByRole('button', { name: 'Settings' }).click()
    const wasm = page.getByRole('row', { name: 'wasm' })
    await wasm.waitFor({ timeout: 120_000 })
    expect(await wasm.innerText()).toContain('ready')
    expect(complaints).toEqual([])
  })

  test('is closed to whoever has only the address of before', async () => {
    const stranger = await browser.newContext()
    const page = await stranger.newPage()
    const answer = await page.goto(address)
    expect(answer?.status()).toBe(401)
    await stranger.close()
  })

  test('gives a page of another origin nothing, though the browser has the cookie', async () => {
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
    const target = new URL('/', address).href
    const gained = await page.evaluate(async (url) => {
      const outcomes: Record<string, string> = {}
      outcomes['fetch'] = await fetch(url, { credentials: 'include' }).then(
        () => 'read',
        () => 'refused',
      )
      outcomes['socket'] = await new Promise<string>((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}rpc`)
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
      })
      return outcomes
    }, target)
    expect(gained).toEqual({ fetch: 'refused', socket: 'refused' })
    await expect(page.addScriptTag({ url: target })).rejects.toThrow()
    await page.close()
  })

  test('says so when the server ends', async () => {
    const page = await context.newPage()
    await page.goto(new URL('/', address).href)
    await page.getByRole('heading', { name: basename(folder) }).waitFor()
    server.kill('SIGTERM')
    const [code] = (await once(server, 'exit')) as [number]
    expect(code).toBe(0)
    await page.getByRole('alert').getByText('Athanor does not answer').waitFor()
  })
})

async function drawImages(folder: string): Promise<void> {
  for (const [label, background] of Object.entries({ bun: '#c96', herb: '#6a4' })) {
    mkdirSync(join(folder, label))
    for (let side = 40; side < 70; side += 10) {
      const image = sharp({ create: { width: side, height: 32, channels: 3, background } })
      await image.jpeg().toFile(join(folder, label, `${side}.jpg`))
    }
  }
}

async function printedAddress(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the output of the server is not piped')
  let printed = ''
  for await (const part of server.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    printed += part
    const found = /http:\/\/\S+/.exec(printed)
    if (found !== null) return found[0]
  }
  throw new Error(`the server printed no address: ${printed}`)
}
