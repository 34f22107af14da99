import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { OnednnObstacle } from '../../src/shared/domain/onednn-build.ts'
import { findOnednn, type Onednn } from './find-onednn.ts'
import { runLimited } from './run-limited.ts'

/** What Debian and Ubuntu call oneDNN's headers; these depend on the library, whose name has its version. */
const headers = 'libdnnl-dev'
/** The one library that oneDNN needs there and few machines have. */
const companion = 'ocl-icd-libopencl1'
const askLimitMs = 20_000
const fetchLimitMs = 3 * 60_000
/** A mirror that does not answer; the whole fetch has the limit above. */
const patience = ['http', 'https'].flatMap((scheme) => ['-o', `Acquire::${scheme}::Timeout=20`])

/** What an earlier build has fetched and unpacked, or null. */
export function findFetched(folder: string): Onednn | null {
  const found = findOnednn([join(folder, 'usr')])
  return found === null ? null : { ...found, from: 'fetched packages' }
}

/** Fetches the packages of Debian or Ubuntu and unpacks them into `folder`: nothing is installed, and no root is needed. */
export function fetchPackages(folder: string, env: NodeJS.ProcessEnv): Onednn | OnednnObstacle {
  const names = packageNames(env)
  if (names.length === 0) return { code: 'no-onednn' }
  // What an interrupted fetch has left would be taken for whole.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const fetch = ['download', '--quiet', ...patience, ...names]
  if (!runLimited('apt-get', fetch, { limitMs: fetchLimitMs, cwd: folder, env }).hasSucceeded)
    return { code: 'not-fetched' }
  const files = readdirSync(folder).filter((name) => name.endsWith('.deb'))
  const isWhole = files.every(
    (file) =>
      runLimited('dpkg-deb', ['--extract', file, '.'], { limitMs: fetchLimitMs, cwd: folder, env }).hasSucceeded,
  )
  for (const file of files) rmSync(join(folder, file))
  return (isWhole ? findFetched(folder) : null) ?? { code: 'not-fetched' }
}

/** Empty where the lists of packages do not know oneDNN, or there are none. */
function packageNames(env: NodeJS.ProcessEnv): string[] {
  const { hasSucceeded, output } = runLimited('apt-cache', ['depends', headers], { limitMs: askLimitMs, env })
  if (!hasSucceeded) return []
  const libraries = [...output.matchAll(/^\s*Depends:\s*(libdnnl\S*)/gm)].flatMap(([, name]) => name ?? [])
  return libraries.length === 0 ? [] : [headers, ...libraries, companion]
}
