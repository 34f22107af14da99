/**
 * What `npm ci` ends with: the onednn device, where this machine can build it. Whatever is missing, `npm ci` has worked:
 * one line says what would help, and the exit code is 0.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNodeFile, root } from './bundled-node.mjs'

/** The steps of the build have limits of their own; this is for what nobody thought of. */
const limitMs = 20 * 60_000

console.log(buildOnednn())

function buildOnednn() {
  if (process.env.ATHANOR_SKIP_ONEDNN) {
    return 'The onednn device was not built: ATHANOR_SKIP_ONEDNN is set. To build it, run: npm run build:onednn'
  }
  if (!existsSync(bundledNodeFile)) {
    return 'The onednn device was not built: the package "node" has not installed its Node 24. Run npm ci with scripts allowed.'
  }
  const { stdout, error } = spawnSync(bundledNodeFile, [join(root, 'native', 'onednn', 'build.ts')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  if (stdout?.trim()) return stdout.trim()
  const why = error === undefined ? 'the build did not come to its end' : error.message
  return `The onednn device was not built: ${why}. To see more, run: npm run build:onednn`
}
