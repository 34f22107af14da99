import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { CardFacts } from './explain-card.ts'

/** Asks the driver and the system; `packageFolder` holds libtensorflow below `deps/lib`. */
export async function readCardFacts(packageFolder: string): Promise<CardFacts> {
  const answer = await ask('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader', '--id=0'])
  const capability = Number.parseFloat(answer ?? '')
  const known = (await ask('ldconfig', ['-p'])) ?? ''
  const folders = [join(packageFolder, 'deps', 'lib'), ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':')]
  const isThere = (library: string) =>
    known.includes(library) || folders.some((folder) => folder !== '' && existsSync(join(folder, library)))
  return {
    tensorflow: tensorflowVersion(packageFolder),
    hasDriver: answer !== null,
    capability: Number.isFinite(capability) ? capability : null,
    // Elsewhere the system's own search cannot be asked.
    lacks: (libraries) => (process.platform === 'linux' ? libraries.filter((library) => !isThere(library)) : []),
  }
}

/** As the name of its file says it, links to it left aside: the installer looks for one with the version that it expects. */
function tensorflowVersion(packageFolder: string): string | null {
  const versions = globSync('libtensorflow_framework.so.*', { cwd: join(packageFolder, 'deps', 'lib') })
    .map((file) => basename(file).replace('libtensorflow_framework.so.', ''))
    .filter((version) => version.includes('.'))
  return versions[0] ?? null
}

async function ask(file: string, words: readonly string[]): Promise<string | null> {
  return promisify(execFile)(file, [...words]).then(
    ({ stdout }) => stdout,
    () => null,
  )
}
