import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Host, HostShell, ProcessEntry } from '../host.ts'

export interface NodeHostOptions {
  readonly log?: (line: string) => void
  readonly shell?: HostShell
}

/**
 * The host of every program of Athanor: its child processes are the built bundles where this code is itself bundled, and
 * the TypeScript sources where it runs from source. `ATHANOR_HOME` moves the per-user store.
 */
export function createNodeHost(options: NodeHostOptions = {}): Host {
  const root = findRoot(import.meta.dirname)
  return {
    nodeFile: findNode(root),
    entries: import.meta.filename.endsWith('.ts') ? sourceEntries(root) : builtEntries(root),
    storeFolder: process.env['ATHANOR_HOME'] ?? envPaths('athanor', { suffix: '' }).data,
    shippedFolder: join(root, 'resources/backbones'),
    now: Date.now,
    log: options.log ?? (() => undefined),
    ...(options.shell === undefined ? {} : { shell: options.shell }),
  }
}

/** The folder of our package.json; bundling moves this module, but never out of the package. */
export function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  if (parent === from)
    throw new AppError('internal', said`The folder that Athanor is installed in has no package.json.`)
  return findRoot(parent)
}

/** Plain Node 24: the one that the `node` package brings, or the one that runs this program. */
function findNode(root: string): string {
  const fileName = process.platform === 'win32' ? 'node.exe' : 'node'
  const file = join(dirname(resolveFrom(root, 'node/package.json') ?? root), 'bin', fileName)
  if (existsSync(file)) return file
  const isPlainNode24 = process.versions.electron === undefined && process.versions.node.startsWith('24.')
  if (isPlainNode24) return process.execPath
  throw new AppError('not-found', said`Node 24 is missing: ${file} is not there. Run npm ci in ${root}.`)
}

function resolveFrom(root: string, specifier: string): string | undefined {
  try {
    return createRequire(join(root, 'package.json')).resolve(specifier)
  } catch {
    return undefined
  }
}

function sourceEntries(root: string): Record<ProcessEntry, string> {
  return { imaging: join(root, 'src/imaging/entry.ts'), trainer: join(root, 'src/trainer/entry.ts') }
}

function builtEntries(root: string): Record<ProcessEntry, string> {
  return { imaging: join(root, 'out/main/imaging.js'), trainer: join(root, 'out/main/trainer.js') }
}
