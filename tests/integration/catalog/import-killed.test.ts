import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'
import { randomOf } from '../../../src/shared/random.ts'
import { startChild } from '../../support/child.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const fileCount = 600
const killCount = 6

test(
  'an import that is killed again and again ends with every file once, each bad one listed',
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder()
    const isBad = (at: number) => at % 100 === 50
    const paths = Array.from({ length: fileCount }, (_, at) => `${at % 2 === 0 ? 'cat' : 'dog'}/${at}.bmp`)
    writeFiles(
      folder,
      Object.fromEntries(paths.map((path, at) => [path, isBad(at) ? `bad ${at}` : bitmap(at, { sidePx: 64 })])),
    )
    const look = () =>
      paths.map((path) => {
        const file = join(folder, path)
        const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
        return `${path} ${hash} ${statSync(file).mtimeMs} ${statSync(file).ctimeMs}`
      })
    const before = look()

    const random = randomOf(9)
    let kept = 0
    for (let kill = 0; kill < killCount; kill += 1) {
      const child = startChild('import-until-killed', [folder])
      while (child.lines().length === 0 && child.process.exitCode === null) await sleep(5)
      await sleep(random() * 400)
      child.process.kill('SIGKILL')
      await child.ended
      const stored = countOf(folder, 'SELECT count(*) AS count FROM image')
      expect(stored).toBeGreaterThanOrEqual(kept)
      kept = stored
    }
    const last = startChild('import-until-killed', [folder])
    expect(await last.ended).toEqual({ code: 0, stderr: '' })
    const summary = JSON.parse(last.lines().at(-1) ?? '{}') as { found: number; unchanged: number; unreadable: number }
    expect(summary).toMatchObject({ found: fileCount, unreadable: fileCount / 100, missing: 0, moved: 0, changed: 0 })
    console.log(`${kept} of ${fileCount} files were kept over ${killCount} kills and not read again`)
    expect(countOf(folder, 'SELECT count(DISTINCT path) AS count FROM image')).toBe(fileCount)
    expect(countOf(folder, 'SELECT count(*) AS count FROM image')).toBe(fileCount)
    expect(countOf(folder, 'SELECT count(*) AS count FROM image WHERE class_id IS NOT NULL')).toBe(fileCount * 0.99)
    expect(look()).toEqual(before)
  },
)

function countOf(imageFolder: string, sql: string): number {
  const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: false }), 0)
  const count = project.reader.prepare<{ count: number }>(sql).get()?.count ?? -1
  catalog.close()
  return count
}
