import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/**
 * The Node 24 that `npm ci` brings, for scripts that a person may start with any other. Ends the program with a word
 * where it is missing.
 */
export function bundledNode() {
  const file = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(file)) return file
  console.error(`Node 24 is missing: ${file} is not there. Run npm ci first.`)
  process.exit(1)
}
