import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

const usualPlaces = [
  process.env['CHROMIUM_PATH'],
  ...(process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => programNames.map((name) => join(folder, name))),
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

export const findChromium = () => usualPlaces.find((file) => file !== undefined && existsSync(file))

export const chromiumFile = findChromium()

/** Why the tests that need a browser cannot run. */
export const chromiumAbsence = 'no Chromium or Chrome in the usual places; install one, or set CHROMIUM_PATH'

/** Chromium refuses its sandbox to root, which is who runs tests in containers; their /dev/shm is small. */
export const chromiumArguments: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-dev-shm-usage',
]

export function requireChromium(): string {
  if (chromiumFile === undefined) throw new Error(chromiumAbsence)
  return chromiumFile
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), args: [...chromiumArguments] })
}
