/** `npm start`: the studio in Electron where that can run, else in the browser. `--browser` asks for the latter. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNode, root } from './bundled-node.mjs'
import { ensureBuilt } from './ensure-built.mjs'

const electronFolder = join(root, 'node_modules', 'electron')
const reachLimitMs = 5_000
const downloadLimitMs = 10 * 60_000
/** Electron that cannot run here (no sandbox, no display, a library missing) ends at once. */
const earlyEndMs = 5_000

const wantsBrowser = process.argv.includes('--browser')
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--browser')

ensureBuilt()
const obstacle = wantsBrowser ? undefined : await startDesktop()
if (obstacle !== undefined) console.error(`${obstacle}, so Athanor runs in your browser instead.`)
if (wantsBrowser || obstacle !== undefined) await run(bundledNode(), [join(root, 'out/main/server.js'), ...passedOn])

/** Runs the desktop app to its end; the reason where it cannot run here. */
async function startDesktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'There is no screen to open a window on'
  }
  const electron = electronFile() ?? (await fetchElectron())
  if (electron === undefined) return "Electron's program is not here and cannot be fetched now"
  const startedAtMs = Date.now()
  const code = await run(electron, [root, ...passedOn])
  const failedEarly = code !== 0 && Date.now() - startedAtMs < earlyEndMs
  return failedEarly ? `Electron ended at once with code ${code}` : undefined
}

function electronFile() {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const file = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(file) ? file : undefined
}

/** Its npm package downloads the program when it is first needed. */
async function fetchElectron() {
  if (!existsSync(electronFolder) || !(await canReachDownload())) return undefined
  console.error('Fetching Electron (about 110 MB, once) …')
  spawnSync(bundledNode(), [join(electronFolder, 'install.js')], {
    stdio: ['ignore', 'inherit', 'ignore'],
    timeout: downloadLimitMs,
  })
  return electronFile()
}

/** Behind a wall that swallows packets a download would hang for minutes before it fails. */
async function canReachDownload() {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror
  const address = mirror ?? 'https://github.com/electron/electron/releases'
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(reachLimitMs) })
    return true
  } catch {
    return false
  }
}

/** Waits for a program that has the terminal; Ctrl-C is its to answer. */
function run(file, args) {
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit' })
    const end = () => child.kill('SIGTERM')
    process.once('SIGTERM', end)
    child.once('error', () => resolve(1))
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', end)
      process.exitCode = code ?? (signal === null ? 0 : 1)
      resolve(process.exitCode)
    })
  })
}
