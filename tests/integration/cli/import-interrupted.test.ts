import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ImportSummary } from '../../../src/shared/contract/catalog.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { runCliJson, startCli } from '../../support/run-cli.ts'

const count = 1_200
let pictures: PictureFolder
beforeAll(async () => {
  pictures = await createPictureFolder(picturePaths('cat', count), 16)
})
afterAll(() => pictures.remove())

test('an import that is interrupted keeps what it read, and the next one goes on from there', async () => {
  const running = startCli(['import', '.'], { cwd: pictures.folder })
  while (!existsSync(pictures.at('.athanor/catalog.sqlite'))) await sleep(10)
  await sleep(700)
  running.pressCtrlC()
  const { code, stdout, stderr } = await running.result
  expect([code, stdout]).toEqual([130, ''])
  expect(stderr).toContain('What was read is kept: the same command goes on from there.')
  const { summary } = await runCliJson(['import'], { cwd: pictures.folder })
  const { found, added, unchanged } = ImportSummary.parse(summary)
  expect([found, added + unchanged]).toEqual([count, count])
})

test('a disk that is full when the output is written is one line, no stack', ({ skip }) => {
  if (!existsSync('/dev/full')) return skip('this system has no /dev/full')
  const entry = join(import.meta.dirname, '../../../src/main/cli/index.ts')
  const { status, stderr } = spawnSync(process.execPath, [entry, 'classes', '--json'], {
    cwd: pictures.folder,
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
  })
  expect([status, stderr.trim().split('\n')]).toEqual([
    1,
    [expect.stringContaining("The output can't be written") as string],
  ])
})
