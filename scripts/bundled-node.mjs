import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Where the Node 24 is that `npm ci` brings. */
export const bundledNodeFile = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

/** The Node 24, for scripts that a person may start with any other. Ends the program with a word where it is missing. */
export function bundledNode() {
  if (existsSync(bundledNodeFile)) return bundledNodeFile
  console.error(`Node 24 is missing: ${bundledNodeFile} is not there. Run npm ci first.`)
  process.exit(1)
}
