import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium } from '../tests/support/chromium.ts'

/** A Chromium or Chrome of this machine, or Debian's, installed where that is allowed; null where neither is to be had. */
export function ensureChromium(): string | null {
  const found = findChromium()
  if (found !== undefined) return found
  if (!mayInstall()) return null
  console.log('Installing Chromium for the tests of the page …')
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
  ]) {
    spawnSync('apt-get', words, { stdio: ['ignore', 'ignore', 'inherit'], env: environment })
  }
  return findChromium() ?? null
}

/** Only where nothing has to be asked: as root, on a system with Debian's packages. */
function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/** The one command that would put it right here. */
export function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install --cask chromium'
  if (process.platform === 'win32') return 'winget install Google.Chrome'
  return existsSync('/usr/bin/apt-get') ? 'sudo apt-get install -y chromium' : 'install chromium, or set CHROMIUM_PATH'
}
