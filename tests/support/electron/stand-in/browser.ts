import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type BrowserContext } from 'playwright-core'
import { chromiumArguments, requireChromium } from '../../chromium.ts'
import { userAgent } from './user-agent.ts'

let child: ChildProcess | undefined
let profile: string | undefined
let opening: Promise<{ context: BrowserContext; endpoint: string }> | undefined

/** Chromium itself and not through Playwright, so that the tests can connect to the same one. */
export function openBrowser(): Promise<{ context: BrowserContext; endpoint: string }> {
  opening ??= open()
  return opening
}

async function open(): Promise<{ context: BrowserContext; endpoint: string }> {
  profile = mkdtempSync(join(tmpdir(), 'athanor-stand-in-'))
  const args = [
    ...chromiumArguments,
    '--headless',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    `--user-agent=${userAgent.get()}`,
    '--no-first-run',
    '--disable-gpu',
    '--hide-scrollbars',
    '--use-fake-device-for-media-stream',
    'about:blank',
  ]
  child = spawn(requireChromium(), args, { stdio: 'ignore' })
  const endpoint = await endpointOf(join(profile, 'DevToolsActivePort'))
  const browser = await chromium.connectOverCDP(endpoint)
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('Chromium has no context')
  return { context, endpoint }
}

async function endpointOf(portFile: string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const [port] = existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n') : []
    if (port !== undefined && port !== '') return `http://127.0.0.1:${port}`
    await sleep(50)
  }
  throw new Error('Chromium did not open its debugging port')
}

/** At once, because the process ends with it. */
export function killBrowser(): void {
  child?.kill('SIGKILL')
  if (profile !== undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}
