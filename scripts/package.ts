/**
 * `npm run package`: the app as a person installs it, for the system that this runs on, into `dist/`. What it is made of
 * says electron-builder.yml; further words go to electron-builder, such as `--dir` for the folder without an installer.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { ensureBuilt } from './ensure-built.mjs'

/** Of the largest icon that a system asks for; electron-builder makes the smaller ones. */
const iconPx = 1024

const root = join(import.meta.dirname, '..')
ensureBuilt()

const iconFolder = join(root, 'out', 'icons')
mkdirSync(iconFolder, { recursive: true })
const drawing = sharp(join(root, 'src', 'renderer', 'icon.svg'), { density: 72 * (iconPx / 32) })
await drawing.resize(iconPx, iconPx).png().toFile(join(iconFolder, 'icon.png'))

const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
const { status } = spawnSync(process.execPath, [builder, '--publish', 'never', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
