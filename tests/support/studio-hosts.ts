import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Page } from 'playwright-core'
import { chromiumAbsence, chromiumFile, launchChromium } from './chromium.ts'
import { startStandIn } from './electron/start-stand-in.ts'
import { startServer } from './start-server.ts'

/**
 * Where the studio's page can be driven: in a browser, in real Electron, and in the desktop's built bundles on a
 * stand-in for Electron.
 */
export const studioHosts = ['browser', 'electron', 'stand-in'] as const
export type StudioHost = (typeof studioHosts)[number]

export interface StudioOptions {
  /** Opened at the start; none: the page shows its welcome. */
  readonly folder?: string
  /** Of the per-user store; a temporary one of its own unless a test starts the studio twice. */
  readonly storeFolder?: string
}

export interface OpenStudio {
  readonly page: Page
  /** What the page complained about on its console, and errors that nobody caught. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../..')

/** Null where the host can run here; else why not. */
export function absenceOf(host: StudioHost): string | null {
  if (host === 'electron')
    return electronFile() === undefined ? "Electron's program is not downloaded" : screenAbsence()
  return chromiumFile === undefined ? chromiumAbsence : null
}

/** Those that can run; the others are named with their reason, once per file of tests. */
export function hostsHere(): StudioHost[] {
  for (const host of studioHosts) {
    const absence = absenceOf(host)
    if (absence !== null) console.warn(`skipped: the studio in ${host} (${absence})`)
  }
  return studioHosts.filter((host) => absenceOf(host) === null)
}

/** For what the page does whichever host it is in: the stand-in's page is that of the browser. */
export function hostsOfPageHere(): StudioHost[] {
  return hostsHere().filter((host) => host !== 'stand-in')
}

/** Starts the built studio in a host; `ensureBuilt` is for the test to call before. */
export async function openStudio(host: StudioHost, options: StudioOptions = {}): Promise<OpenStudio> {
  const own = options.storeFolder === undefined ? mkdtempSync(join(tmpdir(), 'athanor-store-')) : null
  const place = { folder: options.folder, storeFolder: options.storeFolder ?? own ?? '' }
  const { page, close } = await starters[host](place)
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  return {
    page,
    complaints,
    close: async () => {
      await close()
      if (own !== null) rmSync(own, { recursive: true, force: true })
    },
  }
}

interface Place {
  readonly folder: string | undefined
  readonly storeFolder: string
}

type Starter = (place: Place) => Promise<{ readonly page: Page; readonly close: () => Promise<void> }>

const starters: Readonly<Record<StudioHost, Starter>> = {
  browser: startInBrowser,
  electron: startInElectron,
  'stand-in': startStandIn,
}

async function startInBrowser({ folder, storeFolder }: Place) {
  const server = await startServer(folder === undefined ? ['--root', tmpdir()] : [folder], storeFolder)
  const browser = await launchChromium().catch(async (thrown: unknown) => {
    await server.close()
    throw thrown
  })
  const close = async () => {
    await browser.close()
    await server.close()
  }
  try {
    const page = await (await browser.newContext()).newPage()
    await page.goto(server.url)
    await page.waitForURL((url) => url.search === '')
    return { page, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

async function startInElectron({ folder, storeFolder }: Place) {
  const app = await _electron.launch({
    executablePath: electronFile() ?? '',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, ...(folder === undefined ? [] : [folder])],
    env: { ...stringsOf(process.env), ATHANOR_HOME: storeFolder },
  })
  return { page: await app.firstWindow(), close: () => app.close() }
}

function stringsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function electronFile(): string | undefined {
  const folder = join(root, 'node_modules/electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const file = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(file) ? file : undefined
}

function screenAbsence(): string | null {
  const hasScreen = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
  return hasScreen ? null : 'there is no screen; run the tests under xvfb-run'
}
