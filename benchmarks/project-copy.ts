import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A copy of a folder of images with a project of its own, and the command line over it. */
export interface ProjectCopy {
  /** What `athanor ...args` prints; what it says on its way is thrown away. */
  athanor(...args: readonly string[]): string
  [Symbol.dispose](): void
}

/** Copies the folder, so that no benchmark leaves anything in it, and imports it. */
export function copyProject(folder: string): ProjectCopy {
  return createProject((images) => cpSync(folder, images, { recursive: true }))
}

/** Imports what `fill` puts into a folder. */
export function createProject(fill: (images: string) => void): ProjectCopy {
  const work = mkdtempSync(join(tmpdir(), 'athanor-benchmark-'))
  const images = join(work, 'images')
  fill(images)
  const athanor = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/athanor.mjs'), ...args], {
      cwd: images,
      encoding: 'utf8',
      env: { ...process.env, XDG_DATA_HOME: join(work, 'store') },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  athanor('import', '.')
  return { athanor, [Symbol.dispose]: () => rmSync(work, { recursive: true, force: true }) }
}
