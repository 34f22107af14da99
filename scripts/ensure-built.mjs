import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNode, root } from './bundled-node.mjs'

/** What the build is made from. */
const sources = [
  'src',
  'native/wasm',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'scripts/build.ts',
]

/** Builds where a source is newer than the last whole build; says so, since it takes some seconds. */
export function ensureBuilt() {
  const builtAtMs = modifiedAtMs('out/built-at')
  if (sources.every((path) => newestAtMs(path) <= builtAtMs)) return
  console.error('Building Athanor …')
  const { status } = spawnSync(bundledNode(), [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' })
  if (status === 0) return
  console.error('Athanor could not be built; the reason is above.')
  process.exit(1)
}

function newestAtMs(path) {
  const entries = isFolder(path) ? readdirSync(join(root, path), { recursive: true }) : []
  // A folder's own time tells when a file in it was removed.
  return Math.max(modifiedAtMs(path), ...entries.map((entry) => modifiedAtMs(join(path, entry))))
}

function isFolder(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true
}

/** 0 where it is not there. */
function modifiedAtMs(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
