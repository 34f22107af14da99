import { existsSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs'
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

const roomBytes = 4 * 2 ** 30

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > roomBytes
}

/** A disk in memory where the system has one: for tests that are not about what a loss of power leaves behind. */
export const memoryDisk = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir()
