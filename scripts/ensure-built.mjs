import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNode, root } from './bundled-node.mjs'

/** What the build is made from. */
const sources = [
  'src',
  'native/wasm',
  'resources/locales',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'scripts/build.ts',
]
const lockFile = join(root, 'out', 'building')
const lockPollMs = 200

/** Builds where a source is newer than the last whole build; says so, since it takes some seconds. */
export function ensureBuilt() {
  if (isBuilt()) return
  lock()
  try {
    // Whoever held the lock before has built.
    if (!isBuilt()) build()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function build() {
  console.error('Building Athanor …')
  const { status } = spawnSync(bundledNode(), [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' })
  if (status === 0) return
  console.error('Athanor could not be built; the reason is above.')
  process.exitCode = 1
  rmSync(lockFile, { force: true })
  process.exit()
}

/** Two commands that start at once would build into the same folder; the second waits for the first. */
function lock() {
  mkdirSync(join(root, 'out'), { recursive: true })
  for (;;) {
    try {
      return writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isHeld()) rmSync(lockFile, { force: true })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockPollMs)
  }
}

/** Not by a process that was killed before it could take the lock away. */
function isHeld() {
  try {
    return process.kill(Number(readFileSync(lockFile, 'utf8')), 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function isBuilt() {
  const builtAtMs = modifiedAtMs('out/built-at')
  return sources.every((path) => newestAtMs(path) <= builtAtMs)
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
