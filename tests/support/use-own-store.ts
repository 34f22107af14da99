import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

/**
 * Before the first test of a level: what tests start keeps its store here, not in that of the person who runs them, and
 * what Node compiles of it, for all of them: each has a store of its own.
 */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), 'athanor-store-'))
  process.env['ATHANOR_HOME'] = folder
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled')
}

export function teardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
