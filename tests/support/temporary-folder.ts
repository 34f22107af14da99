import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder that is gone when the test has ended. */
export function temporaryFolder(base = tmpdir()): string {
  const folder = realpathSync(mkdtempSync(join(base, 'athanor-test-')))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** A disk in memory where the system has one: for tests that are not about what a crash leaves behind. */
export const memoryDisk = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
