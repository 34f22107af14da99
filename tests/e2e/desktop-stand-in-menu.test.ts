import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import type { CoreContract } from '../../src/shared/contract/index.ts'
import type { MenuCommand } from '../../src/shared/contract/shell.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { type StandIn, startStandIn } from '../support/electron/start-stand-in.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

beforeAll(() => ensureBuilt())

/** How long a busy machine may take. */
const soon = { timeout: 30_000 }

describe('the menu and the ways to open a folder', () => {
  let base: string
  let pictures: string
  let app: StandIn
  let client: Client<CoreContract>
  /** The commands that the page of this test has heard. */
  const heard: MenuCommand[] = []

  beforeAll(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-desktop-')))
    pictures = join(base, 'food')
    mkdirSync(join(pictures, 'bun'), { recursive: true })
    const image = sharp({ create: { width: 40, height: 32, channels: 3, background: '#c96' } })
    await image.png().toFile(join(pictures, 'bun', 'one.png'))
    app = await startStandIn({ storeFolder: join(base, 'store') })
    client = await app.connect()
    void (async () => {
      for await (const command of client.shell.menuCommands({})) heard.push(command)
    })().catch(() => undefined)
  })
  beforeEach(() => {
    heard.length = 0
  })
  afterAll(async () => {
    await app?.close()
    rmSync(base, { recursive: true, force: true })
  })

  test('lists what was opened before', async () => {
    expect((await app.control.menu()).map(({ path }) => path)).toContain('File > Open recent > Nothing yet')
    await client.project.open({ imageFolder: pictures })
    await expect
      .poll(async () => (await app.control.menu()).map(({ path }) => path), soon)
      .toContain(`File > Open recent > food  (${pictures})`)
    await app.control.click('File > Open recent > food')
    await expect.poll(() => heard, soon).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
  })

  test('tells the page what was chosen, and opens the native dialog', async () => {
    const askedBefore = (await app.control.asked()).length
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
    expect((await app.control.asked()).slice(askedBefore).map(({ kind, text }) => [kind, text])).toEqual([
      ['open', 'Open a folder of images'],
      ['open', 'Open a folder of images'],
    ])
  })

  test('has the usual roles and keys, each key once', async () => {
    const items = await app.control.menu()
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

  test('a second start opens its folder in the window that is there', async () => {
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
    await app.control.dropFolder(join(pictures, 'bun', 'one.png'))
    await app.control.dropFolder(pictures)
    await expect.poll(() => heard, soon).toContainEqual({ kind: 'open', imageFolder: pictures, projectFolder: null })
    expect(heard).toHaveLength(1)
    expect(app.page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
  })

  test('shows a picture in the file manager, and asks for the name of a new file', async () => {
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

test('the menu speaks the language of the system, and then of the page', async () => {
  const storeFolder = join(temporaryFolder(), 'store')
  const app = await startStandIn({ storeFolder, locale: 'zh-CN' })
  onTestFinished(() => app.close())
  expect((await app.control.menu())[0]?.path).toBe('文件')
  const client = await app.connect()
  await client.shell.setLanguage({ language: 'en' })
  await expect.poll(async () => (await app.control.menu())[0]?.path, soon).toBe('File')
  expect(JSON.parse(readFileSync(join(storeFolder, 'window.json'), 'utf8'))).toMatchObject({ language: 'en' })
})
