import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startStandIn } from '../support/electron/start-stand-in.ts'
import { tile } from '../support/studio-steps.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '..', '..')
const builtAddon = join(root, 'out', 'onednn')
const hasAddon = existsSync(join(builtAddon, 'athanor_onednn.node'))
if (!hasAddon) console.warn('skipped: the onednn device of the packaged app (it was not built here)')
const isLinux = process.platform === 'linux'
if (!isLinux) console.warn('skipped: the packaged app (only the folder that Linux gets is known here)')

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'athanor-packaged-'))

/** Where the packaged app keeps what was `out/`, `node_modules/` and package.json. */
let appFolder: string

// Electron's own program is not needed to see what lies beside it: a file that only has its name takes its place.
beforeAll(() => {
  if (!isLinux) return
  const electron = join(folder, 'electron', 'electron')
  mkdirSync(join(folder, 'electron'))
  writeFileSync(electron, '#!/bin/sh\n')
  chmodSync(electron, 0o755)
  const places = [`-c.electronDist=${join(folder, 'electron')}`, `-c.directories.output=${join(folder, 'dist')}`]
  const made = spawnSync(process.execPath, [join(root, 'scripts', 'package.ts'), '--dir', ...places], {
    encoding: 'utf8',
  })
  expect(made.status, made.stdout + made.stderr).toBe(0)
  const unpacked = readdirSync(join(folder, 'dist')).find((name) => name.endsWith('unpacked'))
  appFolder = join(folder, 'dist', unpacked ?? '', 'resources', 'app')
}, 180_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.runIf(isLinux)('its own Node computes on the devices that it carries', () => {
  // Nothing of this checkout or of the machine's search paths helps it.
  const { stdout, stderr } = spawnSync(
    join(appFolder, 'node_modules/node/bin/node'),
    [join(appFolder, 'out/main/cli.js'), 'doctor', '--json'],
    { cwd: appFolder, encoding: 'utf8', env: { ATHANOR_HOME: temporaryFolder() } },
  )
  expect(stderr).toBe('')
  const { devices, backbones } = JSON.parse(stdout) as {
    devices: { id: string; selfTest: { passed: boolean } | null }[]
    backbones: string[]
  }
  expect(backbones).toEqual(['procedural-resnet18'])
  const passed = devices.filter(({ selfTest }) => selfTest?.passed === true).map(({ id }) => id)
  expect(passed).toEqual(hasAddon ? ['onednn', 'wasm'] : ['wasm'])
})

test.runIf(isLinux && hasAddon)('the addon has its libraries beside it', () => {
  const withoutLog = readdirSync(builtAddon).filter((name) => name !== 'build.log')
  expect(readdirSync(join(appFolder, 'out', 'onednn'))).toEqual(withoutLog)
})

test.runIf(isLinux)('its window imports a folder of pictures', async () => {
  const pictures = join(temporaryFolder(), 'food')
  mkdirSync(join(pictures, 'bun'), { recursive: true })
  const image = sharp({ create: { width: 40, height: 32, channels: 3, background: '#c96' } })
  await image.png().toFile(join(pictures, 'bun', 'one.png'))
  const app = await startStandIn({ folder: pictures, storeFolder: temporaryFolder(), appFolder })
  onTestFinished(() => app.close())
  await tile(app.page, 'bun/one.png', 'bun').waitFor({ timeout: 30_000 })
})
