import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import type { MenuCommand } from '../../src/shared/contract/shell.ts'
import { type StandIn, startStandIn } from '../support/electron/start-stand-in.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let base: string
let pictures: string
let storeFolder: string

beforeAll(() => ensureBuilt())
beforeEach(async () => {
  base = realpathSync(temporaryFolder())
  pictures = join(base, 'food')
  storeFolder = join(base, 'store')
  mkdirSync(join(pictures, 'bun'), { recursive: true })
  const image = sharp({ create: { width: 40, height: 32, channels: 3, background: '#c96' } })
  await image.png().toFile(join(pictures, 'bun', 'one.png'))
})

async function start(options: { folder?: string; locale?: string } = {}): Promise<StandIn> {
  const app = await startStandIn({ storeFolder, ...options })
  onTestFinished(() => app.close())
  return app
}

/** How long a busy machine may take. */
const soon = { timeout: 30_000 }

const windowFile = () => JSON.parse(readFileSync(join(storeFolder, 'window.json'), 'utf8')) as Record<string, unknown>

describe('the window', () => {
  test('is sandboxed, shown when its page is ready, and the page gets one port of its own', async () => {
    const { page, control } = await start()
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

  test('keeps its place, size and language from one start to the next', async () => {
    const bounds = { x: 30, y: 40, width: 900, height: 700 }
    const first = await start()
    await first.control.resize(bounds)
    await expect.poll(() => windowFile()['bounds'], soon).toEqual(bounds)
    await first.control.maximize()
    await first.control.quit().catch(() => undefined)
    expect(await first.ended).toBe(0)
    const second = await start()
    expect(await second.control.windows()).toMatchObject([{ bounds, isMaximized: true }])
  })

  test.each([
    [
      'on a screen that is gone',
      { bounds: { x: 5_000, y: 40, width: 900, height: 700 }, isMaximised: false, language: null },
    ],
    ['that is damaged', 'no JSON'],
  ])('a kept place %s is not used', async (_, kept) => {
    mkdirSync(storeFolder)
    writeFileSync(join(storeFolder, 'window.json'), typeof kept === 'string' ? kept : JSON.stringify(kept))
    const { control } = await start()
    const [window] = await control.windows()
    expect(window?.bounds).toMatchObject({ x: 0, y: 0 })
  })
})

describe('the page is kept to itself', () => {
  test('other addresses, windows and files are refused', async () => {
    const { page, control } = await start()
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
    const { control } = await start()
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

describe('the menu and the ways to open a folder', () => {
  /** The commands that a page hears, over a port of its own. */
  async function listen(app: StandIn): Promise<MenuCommand[]> {
    const client = await app.connect()
    const heard: MenuCommand[] = []
    void (async () => {
      for await (const command of client.shell.menuCommands({})) heard.push(command)
    })().catch(() => undefined)
    return heard
  }

  test('tells the page what was chosen, and opens the native dialog', async () => {
    const app = await start()
    const heard = await listen(app)
    await app.control.answer({ folders: [pictures] })
    await app.control.click('File > Open folder')
    for (const path of ['Edit > Undo', 'View > Tune', 'Help > Keyboard shortcuts', 'File > Close project'])
      await app.control.click(path)
    // Given up: nothing is opened.
    await app.control.click('File > Open folder')
    await expect.poll(() => heard.length, soon).toBe(5)
    expect(heard).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
    expect(heard.filter(({ kind }) => kind === 'do')).toEqual(
      ['undo', 'tune', 'shortcuts', 'close-project'].map((what) => ({ kind: 'do', what })),
    )
    expect((await app.control.asked()).map(({ kind, text }) => [kind, text])).toEqual([
      ['open', 'Open a folder of images'],
      ['open', 'Open a folder of images'],
    ])
  })

  test('has the usual roles and keys, each key once', async () => {
    const { control } = await start()
    const items = await control.menu()
    for (const role of [
      'quit',
      'close',
      'cut',
      'copy',
      'paste',
      'selectAll',
      'zoomIn',
      'zoomOut',
      'resetZoom',
      'togglefullscreen',
      'reload',
      'minimize',
      'about',
    ]) {
      expect(items.map((item) => item.role)).toContain(role)
    }
    const keys = items.map((item) => item.keys).filter((key) => key !== '')
    expect(keys).toEqual([...new Set(keys)])
    expect(keys).toContain('CmdOrCtrl+O')
  })

  test('speaks the language of the system, and then of the page', async () => {
    const app = await start({ locale: 'zh-CN' })
    expect((await app.control.menu())[0]?.path).toBe('文件')
    const client = await app.connect()
    await client.shell.setLanguage({ language: 'en' })
    await expect.poll(async () => (await app.control.menu())[0]?.path, soon).toBe('File')
    expect(windowFile()).toMatchObject({ language: 'en' })
  })

  test('lists what was opened before', async () => {
    const app = await start()
    const client = await app.connect()
    expect((await app.control.menu()).map(({ path }) => path)).toContain('File > Open recent > Nothing yet')
    await client.project.open({ imageFolder: pictures })
    const heard = await listen(app)
    await expect
      .poll(async () => (await app.control.menu()).map(({ path }) => path), soon)
      .toContain(`File > Open recent > food  (${pictures})`)
    await app.control.click('File > Open recent > food')
    await expect.poll(() => heard, soon).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
  })

  test('a second start opens its folder in the window that is there', async () => {
    const app = await start()
    const heard = await listen(app)
    await app.control.blur()
    await app.control.startAgain(['--some-switch', 'food'], base)
    await expect.poll(() => heard, soon).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
    expect(await app.control.isFocused()).toBe(true)
    await app.control.startAgain(['nowhere'], base)
    await app.control.click('View > Label')
    await expect.poll(() => heard.at(-1), soon).toEqual({ kind: 'do', what: 'label' })
    expect(heard.filter(({ kind }) => kind === 'open')).toHaveLength(1)
  })

  test('a folder that is dropped on the window is opened, a file is not', async () => {
    const app = await start()
    const heard = await listen(app)
    await app.control.dropFolder(join(pictures, 'bun', 'one.png'))
    await app.control.dropFolder(pictures)
    await expect.poll(() => heard, soon).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
    expect(heard).toHaveLength(1)
    expect(app.page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
  })

  test('shows a picture in the file manager, and asks for the name of a new file', async () => {
    const app = await start()
    const client = await app.connect()
    expect(await client.shell.abilities({})).toEqual({ host: 'desktop', canChooseFolder: true, canReveal: true })
    const { id: projectId } = await client.project.open({ imageFolder: pictures })
    for await (const _ of client.catalog.import({ projectId })) continue
    const { imageIds } = await client.catalog.order({ projectId })
    const [imageId] = imageIds
    if (imageId === undefined) throw new Error('nothing was imported')
    await client.shell.revealImage({ projectId, imageId })
    expect(await app.control.shownInFolder()).toEqual([join(pictures, 'bun', 'one.png')])
    await app.control.answer({ savePaths: ['/somewhere/labels.csv'] })
    expect(await client.shell.chooseSavePath({ title: 'Save', fileName: '../labels.csv' })).toEqual({
      path: '/somewhere/labels.csv',
    })
    expect((await app.control.asked()).at(-1)).toEqual({
      kind: 'save',
      text: 'Save',
      detail: '/stand-in/documents/labels.csv',
    })
    expect(await client.shell.chooseSavePath({ title: 'Save', fileName: 'x' })).toEqual({ path: null })
  })
})
