#!/usr/bin/env node
/** The command `athanor`: whatever Node starts it, the command line runs under the Node 24 of this package. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { bundledNode, root } from './bundled-node.mjs'
import { ensureBuilt } from './ensure-built.mjs'

ensureBuilt()
const child = spawn(bundledNode(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Downloads go through the proxy that the environment names, where it names one.
  env: { NODE_USE_ENV_PROXY: '1', ...process.env },
})
// A terminal sends Ctrl-C to both; the command line takes two that come together for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.once('error', (error) => {
  console.error(`Athanor could not be started: ${error.message}`)
  process.exit(1)
})
child.once('exit', (code, signal) => {
  process.exit(signal === null ? code : 128 + constants.signals[signal])
})
