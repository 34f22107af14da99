import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

/** Before the first test of a level: what tests start keeps its store here, not in that of the person who runs them. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), 'athanor-store-'))
  process.env['ATHANOR_HOME'] = folder
}

export function teardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
