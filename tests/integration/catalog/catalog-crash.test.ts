import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { quickCheck } from '../../../src/main/core/database/inspect-catalog.ts'
import { createClass } from '../../../src/main/core/labels/class-edits.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'
import { randomOf } from '../../../src/shared/random.ts'
import { startChild } from '../../support/child.ts'
import { batchImageCount, batchOf } from '../../support/random-batches.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'

const seed = 1

/** A project with two classes, whose making are the first two edits. */
function labelProject(folder: string): void {
  const project = openTestProject(folder)
  addImages(
    project,
    Array.from({ length: batchImageCount }, (_, at) => `${at}.png`),
  )
  transaction(project.writer, (tx) => createClass(tx, 'even', 0))
  transaction(project.writer, (tx) => createClass(tx, 'odd', 0))
}

/** Opens what a kill left, and answers how many edits and which label of each image it holds. */
function reopen(imageFolder: string): {
  edits: number
  whoByImage: string[]
  problem: string | null
  openedMs: number
} {
  const startedAtMs = performance.now()
  const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: false }), 0)
  const openedMs = performance.now() - startedAtMs
  const edits = project.reader.prepare<{ edits: number }>('SELECT count(*) AS edits FROM edit').get()?.edits ?? 0
  const whoByImage = project.reader
    .prepare<{ who: string }>(
      `SELECT coalesce(label_who || ' ' || (SELECT name FROM class WHERE class.id = class_id), '') AS who
       FROM image ORDER BY id`,
    )
    .all()
    .map(({ who }) => who)
  const problem = quickCheck(project.writer.connection)
  catalog.close()
  return { edits, whoByImage, problem, openedMs }
}

function expectedAfter(edits: number): string[] {
  const who = new Array<string>(batchImageCount).fill('')
  for (let number = 2; number < edits; number += 1) {
    const { className, imageIds } = batchOf(seed, number)
    for (const id of imageIds) who[id - 1] = `${number} ${className}`
  }
  return who
}

describe('kill -9 while labelling', () => {
  test('50 times loses nothing that was acknowledged and leaves no half batch', { timeout: 180_000 }, async () => {
    const folder = join(temporaryFolder(), 'images')
    labelProject(folder)
    const random = randomOf(seed)
    let acknowledged = 1
    let mostInOneLife = 0
    for (let kill = 0; kill < 50; kill += 1) {
      const child = startChild('label-until-killed', [folder, String(seed), '100000'])
      while (child.lines().length === 0 && child.process.exitCode === null) await sleep(5)
      await sleep(random() * 120)
      child.process.kill('SIGKILL')
      const { stderr } = await child.ended
      expect(stderr).toBe('')
      const numbers = child.lines().slice(1).map(Number)
      const last = numbers.at(-1) ?? acknowledged
      const { edits, whoByImage, problem, openedMs } = reopen(folder)
      // Of what was not acknowledged, only the one that was under way may be there, and then whole.
      expect([last + 1, last + 2]).toContain(edits)
      expect(whoByImage).toEqual(expectedAfter(edits))
      expect(problem).toBeNull()
      expect(openedMs).toBeLessThan(2_000)
      mostInOneLife = Math.max(mostInOneLife, numbers.length)
      acknowledged = edits - 1
    }
    console.log(`0 of ${acknowledged - 1} acknowledged edits lost in 50 kills, at most ${mostInOneLife} between two`)
    expect(mostInOneLife).toBeGreaterThan(5)
  })
})

const straceWorks =
  spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
const straceAbsence = straceWorks ? '' : ' (skipped: strace is not there or may not trace)'

describe.skipIf(!straceWorks)(`power loss${straceAbsence}`, () => {
  /** How many acknowledgements were written without anything having been forced to disk since the one before. */
  async function unsyncedAcknowledgements(mode: 'safe' | 'unsafe', count: number): Promise<number> {
    const folder = join(temporaryFolder(), 'images')
    labelProject(folder)
    const trace = join(folder, '..', 'trace')
    const prefix = ['strace', '-f', '-o', trace, '-e', 'trace=write,fdatasync,fsync']
    const child = startChild('label-until-killed', [folder, String(seed), String(count), mode], prefix)
    const { code, stderr } = await child.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    let isSynced = false
    let acknowledged = 0
    let unsynced = 0
    for (const line of readFileSync(trace, 'utf8').split('\n')) {
      if (/\bf(data)?sync\(/.test(line)) isSynced = true
      if (!/\bwrite\(1, "\d+\\n"/.test(line)) continue
      acknowledged += 1
      if (!isSynced) unsynced += 1
      isSynced = false
    }
    expect(acknowledged).toBe(count)
    return unsynced
  }

  test('finds every acknowledged label on disk: something was forced there before each', async () => {
    expect(await unsyncedAcknowledgements('safe', 300)).toBe(0)
    // Shows that the test would see it.
    expect(await unsyncedAcknowledgements('unsafe', 300)).toBeGreaterThan(250)
  })
})

describe('two programs on one catalog', () => {
  test('take turns: nothing is lost and nobody fails or waits long', { timeout: 180_000 }, async () => {
    const folder = join(temporaryFolder(memoryDisk), 'images')
    openTestProject(folder)
    const writes = 3_000
    const children = ['a', 'b'].map((name) => startChild('write-in-turns', [folder, name, String(writes)]))
    for (const child of children) {
      const { code, stderr } = await child.ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { p99Ms } = JSON.parse(child.lines()[0] ?? '{}') as { p99Ms: number }
      expect(p99Ms).toBeLessThan(1_000)
    }
    const { project, catalog } = openProject(
      placeProject({ imageFolder: folder, projectFolder: null, create: false }),
      0,
    )
    const counted = project.reader.prepare('SELECT count(*) AS edits, max(image_count) AS latest FROM edit').get()
    // Each wrote one more than what it had just read, so a lost turn would show as a repeated number.
    expect(counted).toEqual({ edits: writes * 2, latest: writes * 2 })
    catalog.close()
  })

  test('make a new project together', { timeout: 60_000 }, async () => {
    const parent = temporaryFolder(memoryDisk)
    for (let round = 0; round < 5; round += 1) {
      const folder = join(parent, String(round))
      mkdirSync(folder)
      const children = ['a', 'b', 'c'].map((name) => startChild('write-in-turns', [folder, name, '20']))
      for (const child of children) expect(await child.ended).toEqual({ code: 0, stderr: '' })
      expect(reopen(folder).edits).toBe(60)
    }
  })
})
