import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const usualPlaces = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

export const chromiumFile = usualPlaces.find((file) => file !== undefined && existsSync(file))

/** Why the tests that need a browser are skipped, for their names. */
export const chromiumAbsence = 'no Chromium or Chrome in the usual places; set CHROMIUM_PATH'

export function launchChromium(): Promise<Browser> {
  if (chromiumFile === undefined) throw new Error(chromiumAbsence)
  // Chromium refuses its sandbox to root, which is who runs tests in containers.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: chromiumFile, args })
}
