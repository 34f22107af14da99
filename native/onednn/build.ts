/**
 * `npm run build:onednn`: the addon of the onednn device, into `out/onednn`. Says in one line what it did, or what would
 * make it possible; nothing else of Athanor needs it.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { findOnednn } from './find-onednn.ts'

const here = import.meta.dirname
const target = join(here, '..', '..', 'out', 'onednn')
const addon = 'athanor_onednn.node'

/** Of any Node: what the addon uses has the same binary interface in all of them. */
function nodeHeaders(): string[] {
  const prefixes = [process.env['npm_config_nodedir'], dirname(dirname(process.execPath)), '/usr', '/usr/local']
  const found = prefixes.find((prefix) => prefix !== undefined && existsSync(join(prefix, 'include/node/node_api.h')))
  return found === undefined ? [] : [`--nodedir=${found}`]
}

function build(): string {
  const onednn = findOnednn(join(target, 'packages'))
  if (onednn === null) {
    process.exitCode = 1
    return 'The onednn device was not built: oneDNN is not here. Install it (Debian and Ubuntu: apt-get install libdnnl-dev; Homebrew: brew install onednn), or say where it lies with ONEDNN_ROOT.'
  }
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[nodeGyp, 'rebuild', '--silent', `--directory=${here}`, ...nodeHeaders(), '--'],
      ...[`-Donednn_include=${onednn.includeFolder}`, `-Donednn_library=${onednn.libraryFile}`],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  )
  if (status !== 0) {
    process.exitCode = 1
    return `The onednn device was not built: the compiler said ${stderr.trim().split('\n').at(-1) ?? 'nothing'}`
  }
  mkdirSync(target, { recursive: true })
  for (const file of onednn.companions) copyFileSync(file, join(target, basename(file)))
  // Under its name at once and whole: another process may load it at this moment.
  copyFileSync(join(here, 'build', 'Release', addon), join(target, `${addon}.${process.pid}`))
  renameSync(join(target, `${addon}.${process.pid}`), join(target, addon))
  return `The onednn device was built with oneDNN from ${onednn.from}.`
}

console.log(build())
