/**
 * `npm run build:onednn`, and the end of `npm ci`: the addon of the onednn device, into `out/onednn`. Says in one line
 * what it did, or what would make it possible; nothing else of Athanor needs it.
 */
import { join } from 'node:path'
import { obstacleInWords } from '../../src/shared/domain/onednn-build.ts'
import { buildAddon, type BuildResult } from './build-addon.ts'

function inWords(result: BuildResult): string {
  if (result.obstacle !== null) {
    const { reason, cure } = obstacleInWords(result.obstacle)
    return cure === null ? reason : `${reason} ${cure}`
  }
  const { version, from } = result.built
  return result.isNew
    ? `The onednn device was built with oneDNN ${version} from ${from}.`
    : `The onednn device is up to date, with oneDNN ${version} from ${from}.`
}

const result = buildAddon({ target: join(import.meta.dirname, '..', '..', 'out', 'onednn') })
console.log(inWords(result))
if (result.obstacle !== null) process.exitCode = 1
