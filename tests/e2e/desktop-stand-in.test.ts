import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import { type StandIn, startStandIn } from '../support/electron/start-stand-in.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

beforeAll(() => ensureBuilt())

/** How long a busy machine may take. */
const soon = { timeout: 30_000 }

describe('the window and its page', () => {
  let storeFolder: string
  let app: StandIn
  beforeAll(async () => {
    storeFolder = mkdtempSync(join(tmpdir(), 'athanor-store-'))
    app = await startStandIn({ storeFolder })
  })
  afterAll(async () => {
    await app?.close()
    rmSync(storeFolder, { recursive: true, force: true })
  })

  test('is sandboxed, shown when its page is ready, and the page gets one port of its own', async () => {
    const { page, control } = app
    await expect.poll(async () => (await control.windows())[0]?.isShown, soon).toBe(true)
    const [window] = await control.windows()
    expect(window).toMatchObject({
      url: expect.stringMatching(/^athanor:\/\/studio\//) as string,
      webPreferences: {
        preload: 'index.cjs',
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    })
    expect(await control.privileges()).toEqual([
      { scheme: 'athanor', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ])
    // The page talks to core over the port that the preload has passed on.
    await page.getByRole('button', { name: 'Try the sample set' }).click({ trial: true, timeout: 30_000 })
    // Nothing of Electron or Node reaches the page.
    const reached = await page.evaluate(() =>
      ['require', 'process', 'ipcRenderer', 'electron', 'standIn'].filter((name) => name in globalThis),
    )
    expect(reached).toEqual([])
  })

  test('other addresses, windows and files are refused', async () => {
    const { page, control } = app
    const before = page.url()
    for (const address of ['https://example.org/', 'file:///etc/passwd', 'http://127.0.0.1:1/']) {
      await page.evaluate(`void (location.href = ${JSON.stringify(address)})`).catch(() => undefined)
    }
    await page.evaluate("void open('https://example.org/')").catch(() => undefined)
    await expect.poll(() => page.context().pages().length, soon).toBe(1)
    expect(new URL(page.url()).origin).toBe(new URL(before).origin)
    expect(await control.askForWindow('https://example.org/')).toBe('deny')

    const statusOf = async (url: string, init?: RequestInit) => (await control.fetch(url, init)).status
    expect(await control.fetch('athanor://studio/')).toMatchObject({
      status: 200,
      headers: { 'content-security-policy': expect.stringMatching(/^default-src 'none'/) as string },
    })
    expect(await statusOf('athanor://elsewhere/')).toBe(404)
    expect(await statusOf('athanor://studio/%2e%2e/package.json')).toBe(404)
    expect(await statusOf('athanor://studio/', { method: 'POST' })).toBe(404)
    expect(await statusOf('athanor://studio/', { headers: { origin: 'https://example.org' } })).toBe(404)
  })

  test('the camera and copying are allowed to it, and nothing else', async () => {
    const { control } = app
    const own = { isMainFrame: true, requestingUrl: 'athanor://studio/' }
    const request = (permission: string, details: object) =>
      control.requestPermission(permission, { ...own, ...details })
    expect(await request('media', { mediaTypes: ['video'] })).toBe(true)
    expect(await request('clipboard-sanitized-write', {})).toBe(true)
    expect(await request('media', { mediaTypes: ['video', 'audio'] })).toBe(false)
    expect(await request('media', { mediaTypes: [] })).toBe(false)
    expect(await request('media', { mediaTypes: ['video'], isMainFrame: false })).toBe(false)
    expect(await request('media', { mediaTypes: ['video'], requestingUrl: 'https://example.org/' })).toBe(false)
    for (const permission of ['geolocation', 'notifications', 'clipboard-read', 'usb', 'openExternal']) {
      expect(await request(permission, {})).toBe(false)
      expect(await control.checkPermission(permission, 'athanor://studio/', { isMainFrame: true })).toBe(false)
    }
    const camera = { mediaType: 'video', isMainFrame: true }
    expect(await control.checkPermission('media', 'athanor://studio/', camera)).toBe(true)
    expect(await control.checkPermission('media', 'athanor://studio.example.org/', camera)).toBe(false)
    expect(await control.checkPermission('media', 'athanor://studio/', { ...camera, mediaType: 'audio' })).toBe(false)
  })
})

describe('the place of the window', () => {
  let storeFolder: string
  beforeEach(() => {
    storeFolder = join(temporaryFolder(), 'store')
  })

  async function start(): Promise<StandIn> {
    const app = await startStandIn({ storeFolder })
    onTestFinished(() => app.close())
    return app
  }

  const keptBounds = (): unknown =>
    (JSON.parse(readFileSync(join(storeFolder, 'window.json'), 'utf8')) as Record<string, unknown>)['bounds']

  test('is kept with its size from one start to the next', async () => {
    const bounds = { x: 30, y: 40, width: 900, height: 700 }
    const first = await start()
    await first.control.resize(bounds)
    await expect.poll(() => keptBounds(), soon).toEqual(bounds)
    await first.control.maximize()
    await first.control.quit().catch(() => undefined)
    expect(await first.ended).toBe(0)
    const second = await start()
    expect(await second.control.windows()).toMatchObject([{ bounds, isMaximized: true }])
  })

  test.each([
    [
      'one on a screen that is gone',
      { bounds: { x: 5_000, y: 40, width: 900, height: 700 }, isMaximised: false, language: null },
    ],
    ['one that is damaged', 'no JSON'],
  ])('%s is not used', async (_, kept) => {
    mkdirSync(storeFolder)
    writeFileSync(join(storeFolder, 'window.json'), typeof kept === 'string' ? kept : JSON.stringify(kept))
    const { control } = await start()
    const [window] = await control.windows()
    expect(window?.bounds).toMatchObject({ x: 0, y: 0 })
  })
})
