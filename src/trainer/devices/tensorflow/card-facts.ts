import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { CardFacts } from './explain-card.ts'

/** Asks the driver and the system; `packageFolder` holds libtensorflow below `deps/lib`. */
export async function readCardFacts(packageFolder: string): Promise<CardFacts> {
  const answer = await ask('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader', '--id=0'])
  const capability = Number.parseFloat(answer ?? '')
  // Not every user's PATH has the second.
  const known = (await ask('ldconfig', ['-p'])) ?? (await ask('/sbin/ldconfig', ['-p']))
  const folders = [join(packageFolder, 'deps', 'lib'), ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':')]
  const isThere = (library: string) =>
    known?.includes(library) === true || folders.some((folder) => folder !== '' && existsSync(join(folder, library)))
  return {
    tensorflow: tensorflowVersion(packageFolder),
    hasDriver: answer !== null,
    capability: Number.isFinite(capability) ? capability : null,
    // Where the system's own search cannot be asked nothing is known to be missing.
    lacks: (libraries) => (known === null ? [] : libraries.filter((library) => !isThere(library))),
  }
}

/** As the name of its file says it, links to it left aside: the installer looks for one with the version that it expects. */
function tensorflowVersion(packageFolder: string): string | null {
  const versions = globSync('libtensorflow_framework.so.*', { cwd: join(packageFolder, 'deps', 'lib') })
    .map((file) => basename(file).replace('libtensorflow_framework.so.', ''))
    .filter((version) => version.includes('.'))
  return versions[0] ?? null
}

/** A driver that takes longer does not answer. */
const answerMs = 5_000

async function ask(file: string, words: readonly string[]): Promise<string | null> {
  return promisify(execFile)(file, [...words], { timeout: answerMs }).then(
    ({ stdout }) => stdout,
    () => null,
  )
}
