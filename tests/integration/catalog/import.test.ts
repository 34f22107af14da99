import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ImagingProcess } from '../../../src/main/core/catalog/examine-files.ts'
import { countImages } from '../../../src/main/core/catalog/count-images.ts'
import { listImages } from '../../../src/main/core/catalog/list-images.ts'
import { createThumbnailStore } from '../../../src/main/core/catalog/thumbnail-store.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass } from '../../../src/main/core/labels/class-edits.ts'
import { listEdits, redoEdit, undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'
import { rejectionOf } from '../../support/app-errors.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { examiner, openTestProject, runImport } from '../../support/test-project.ts'

/** `path` to state, class and split of every image. */
function table(project: OpenProject): Record<string, string> {
  const rows = project.reader
    .prepare<{ path: string; text: string }>(
      `SELECT path, state || coalesce(' ' || (SELECT name FROM class WHERE class.id = class_id), '')
         || coalesce(' ' || split, '') || coalesce(' ' || unreadable_reason, '') AS text FROM image ORDER BY path, id`,
    )
    .all()
  return Object.fromEntries(rows.map(({ path, text }) => [path, text]))
}

function label(project: OpenProject, path: string, className: string): void {
  transaction(project.writer, (tx) => {
    const row = tx.prepare<{ id: number }>('SELECT id FROM class WHERE name = ?').get(className)
    const classId =
      row === undefined ? createClass(tx, className, 0).classId : (row.id as ReturnType<typeof createClass>['classId'])
    const image = tx.prepare<{ id: number }>("SELECT id FROM image WHERE path = ? AND state <> 'missing'").get(path)
    assignLabel(tx, { imageIds: [image?.id ?? 0], classId, origin: 'person', who: '' }, 0)
  })
}

/** Counts how many files were read. */
function countingExaminer(): { readonly openImaging: () => ImagingProcess; readonly read: string[] } {
  const read: string[] = []
  const imaging = examiner()
  const examine: ImagingProcess['client']['examine'] = (input, options) => {
    read.push(input.file)
    return imaging.client.examine(input, options)
  }
  return { openImaging: () => ({ ...imaging, client: { examine } }), read }
}

describe('importing a folder', () => {
  test('reads each file once, keeps its thumbnail, and reads nothing again when nothing changed', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'a.bmp': bitmap(1), 'cat/b.bmp': bitmap(2), 'cat/bad.bmp': 'no picture' })
    const first = countingExaminer()
    const phases: string[] = []
    const summary = await runImport(project, { ...first, onEvent: ({ kind }) => phases.push(kind) })
    expect(summary).toMatchObject({
      found: 3,
      added: 3,
      unchanged: 0,
      changed: 0,
      moved: 0,
      unreadable: 1,
      labelled: 1,
    })
    expect(first.read).toHaveLength(3)
    expect([...new Set(phases)]).toEqual(['walking', 'reading', 'finished'])
    expect(table(project)).toEqual({
      'a.bmp': 'readable',
      'cat/b.bmp': 'readable cat',
      'cat/bad.bmp': 'unreadable not-an-image',
    })
    const [image] = listImages(project.reader, { filter: {}, after: null, limit: 1 }).images
    expect(image?.facts).toMatchObject({ format: 'bmp', widthPx: 32, heightPx: 32 })
    const thumbnails = createThumbnailStore(project.layout.thumbnailsFile)
    expect(Buffer.from(thumbnails.get(image?.contentHash ?? '') ?? []).toString('latin1', 8, 12)).toBe('WEBP')
    thumbnails.close()

    const second = countingExaminer()
    expect(await runImport(project, second)).toMatchObject({
      found: 3,
      unchanged: 3,
      added: 0,
      changed: 0,
      labelled: 0,
    })
    expect(second.read).toEqual([])
  })

  test('reads again what was edited or touched; an edited image keeps its label', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'a.bmp': bitmap(1), 'b.bmp': bitmap(2) })
    await runImport(project)
    label(project, 'a.bmp', 'cat')
    writeFileSync(join(project.imageFolder, 'a.bmp'), bitmap(3, { sidePx: 40 }))
    utimesSync(join(project.imageFolder, 'b.bmp'), 1, 1)
    const { read, openImaging } = countingExaminer()
    expect(await runImport(project, { openImaging })).toMatchObject({ found: 2, unchanged: 1, changed: 1, added: 0 })
    expect(read).toHaveLength(2)
    expect(table(project)).toEqual({ 'a.bmp': 'readable cat', 'b.bmp': 'readable' })
    expect((await runImport(project)).unchanged).toBe(2)
  })

  test('keeps labels while files are gone, and has them when they are back, for the price of a look', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'cat/a.bmp': bitmap(1), 'cat/b.bmp': bitmap(2), 'bad.bmp': 'x' })
    await runImport(project)
    renameSync(join(project.imageFolder, 'cat'), join(project.imageFolder, '..', 'elsewhere'))
    rmSync(join(project.imageFolder, 'bad.bmp'))
    expect(await runImport(project)).toMatchObject({ found: 0, missing: 3, unreadable: 0 })
    expect(table(project)).toEqual({
      'bad.bmp': 'missing not-an-image',
      'cat/a.bmp': 'missing cat',
      'cat/b.bmp': 'missing cat',
    })
    renameSync(join(project.imageFolder, '..', 'elsewhere'), join(project.imageFolder, 'cat'))
    const { read, openImaging } = countingExaminer()
    expect(await runImport(project, { openImaging })).toMatchObject({ found: 2, unchanged: 2, missing: 1 })
    expect(read).toEqual([])
    expect(table(project)).toMatchObject({ 'cat/a.bmp': 'readable cat', 'cat/b.bmp': 'readable cat' })
  })

  test('does nothing when the folder itself is gone', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'a.bmp': bitmap(1) })
    await runImport(project)
    const away = `${project.imageFolder}-away`
    renameSync(project.imageFolder, away)
    expect((await rejectionOf(runImport(project))).code).toBe('not-found')
    expect(table(project)).toEqual({ 'a.bmp': 'readable' })
    renameSync(away, project.imageFolder)
  })
})

describe('moved files', () => {
  async function labelledProject(files: Record<string, Uint8Array>, labels: Record<string, string>) {
    const project = openTestProject()
    writeFiles(project.imageFolder, files)
    await runImport(project, { labelsFromFolders: false })
    for (const [path, name] of Object.entries(labels)) label(project, path, name)
    const move = (from: string, to: string) => {
      renameSync(join(project.imageFolder, from), join(project.imageFolder, to))
    }
    return { project, move }
  }

  test('are found by their content and keep their labels, whole folders too', async () => {
    const files = { 'old/a.bmp': bitmap(1), 'old/b.bmp': bitmap(2), 'c.bmp': bitmap(3) }
    const { project, move } = await labelledProject(files, { 'old/a.bmp': 'cat', 'old/b.bmp': 'dog', 'c.bmp': 'owl' })
    move('old', 'new')
    move('c.bmp', 'd.bmp')
    const summary = await runImport(project, { labelsFromFolders: false })
    expect(summary).toMatchObject({ found: 3, moved: 3, added: 0, missing: 0, unchanged: 0 })
    expect(table(project)).toEqual({
      'new/a.bmp': 'readable cat',
      'new/b.bmp': 'readable dog',
      'd.bmp': 'readable owl',
    })
    expect(listEdits(project.reader, 9)).toHaveLength(6)
  })

  test('may change places: labels follow the pictures, not the names', async () => {
    const files = { '1.bmp': bitmap(1), '2.bmp': bitmap(2), '3.bmp': bitmap(3), '4.bmp': bitmap(4) }
    const { project, move } = await labelledProject(files, {
      '1.bmp': 'one',
      '2.bmp': 'two',
      '3.bmp': 'three',
      '4.bmp': 'four',
    })
    // The first is deleted and the others are numbered anew; 4 gets a picture that was never there.
    move('2.bmp', '1.bmp')
    move('3.bmp', '2.bmp')
    move('4.bmp', '3.bmp')
    // Copying tools that keep times make sizes and times differ; here the times alone tell.
    const later = Date.now() / 1000
    for (const [at, name] of ['1.bmp', '2.bmp', '3.bmp'].entries()) {
      utimesSync(join(project.imageFolder, name), later + at, later + at)
    }
    writeFiles(project.imageFolder, { '4.bmp': bitmap(5, { sidePx: 36 }) })
    const summary = await runImport(project, { labelsFromFolders: false })
    expect(summary).toMatchObject({ found: 4, moved: 3, added: 1, missing: 1 })
    const rows = project.reader.prepare(
      'SELECT path, state, (SELECT name FROM class WHERE class.id = class_id) AS name FROM image ORDER BY path, state',
    )
    expect(rows.all()).toEqual([
      { path: '1.bmp', state: 'missing', name: 'one' },
      { path: '1.bmp', state: 'readable', name: 'two' },
      { path: '2.bmp', state: 'readable', name: 'three' },
      { path: '3.bmp', state: 'readable', name: 'four' },
      { path: '4.bmp', state: 'readable', name: null },
    ])
    // Pages do not lose one of two images of the same path.
    const paths: string[] = []
    for (let after: string | null = null; ;) {
      const page = listImages(project.reader, { filter: {}, after, limit: 1 })
      paths.push(...page.images.map(({ path }) => path))
      after = page.next
      if (after === null) break
    }
    expect(paths).toEqual(['1.bmp', '1.bmp', '2.bmp', '3.bmp', '4.bmp'])
    expect((await runImport(project, { labelsFromFolders: false })).unchanged).toBe(4)
  })

  test('that cannot be told apart are not guessed: labels stay with what is missing', async () => {
    const { project, move } = await labelledProject(
      { 'a.bmp': bitmap(1), 'b.bmp': bitmap(1) },
      { 'a.bmp': 'cat', 'b.bmp': 'dog' },
    )
    move('a.bmp', 'c.bmp')
    move('b.bmp', 'd.bmp')
    expect(await runImport(project, { labelsFromFolders: false })).toMatchObject({ moved: 0, added: 2, missing: 2 })
    expect(table(project)).toEqual({
      'a.bmp': 'missing cat',
      'b.bmp': 'missing dog',
      'c.bmp': 'readable',
      'd.bmp': 'readable',
    })
    move('c.bmp', 'a.bmp')
    await runImport(project, { labelsFromFolders: false })
    expect(table(project)).toMatchObject({ 'a.bmp': 'readable cat', 'b.bmp': 'missing dog', 'c.bmp': 'missing' })
  })

  test('copies of an image that is still there are new images', async () => {
    const { project } = await labelledProject({ 'a.bmp': bitmap(1) }, { 'a.bmp': 'cat' })
    writeFiles(project.imageFolder, { 'copy.bmp': bitmap(1) })
    expect(await runImport(project, { labelsFromFolders: false })).toMatchObject({ added: 1, moved: 0 })
    expect(table(project)).toEqual({ 'a.bmp': 'readable cat', 'copy.bmp': 'readable' })
    expect(countImages(project.reader).duplicated).toBe(2)
  })
})

describe('labels from folders', () => {
  test('are one edit, are given once, and never override a person', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, {
      'train/cat/1.bmp': bitmap(1),
      'train/dog/2.bmp': bitmap(2),
      'test/cat/3.bmp': bitmap(3),
      'loose.bmp': bitmap(4),
    })
    expect((await runImport(project, { labelsFromFolders: false })).labelled).toBe(0)
    label(project, 'train/cat/1.bmp', 'tiger')
    const { labelled } = await runImport(project)
    expect(labelled).toBe(2)
    const expected = {
      'loose.bmp': 'readable',
      'test/cat/3.bmp': 'readable cat test',
      'train/cat/1.bmp': 'readable tiger train',
      'train/dog/2.bmp': 'readable dog train',
    }
    expect(table(project)).toEqual(expected)
    expect(listEdits(project.reader, 1)).toMatchObject([{ description: 'label 2 images from folders', imageCount: 2 }])
    transaction(project.writer, undoEdit)
    const undone = { ...expected, 'test/cat/3.bmp': 'readable test', 'train/dog/2.bmp': 'readable train' }
    expect(table(project)).toEqual(undone)
    expect((await runImport(project)).labelled).toBe(0)
    expect(table(project)).toEqual(undone)
    transaction(project.writer, redoEdit)
    expect(table(project)).toEqual(expected)
  })

  test('go to the class that a folder was renamed or merged into', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'hotdog/1.bmp': bitmap(1), 'bun/2.bmp': bitmap(2) })
    await runImport(project)
    transaction(project.writer, (tx) => tx.prepare("UPDATE class SET name = 'hot dog' WHERE name = 'hotdog'").run())
    writeFiles(project.imageFolder, { 'hotdog/3.bmp': bitmap(3) })
    expect((await runImport(project)).labelled).toBe(1)
    expect(table(project)).toMatchObject({ 'hotdog/3.bmp': 'readable hot dog' })
  })

  test('say which folder names cannot be classes', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'new\nline/1.bmp': bitmap(1), '   /2.bmp': bitmap(2), ' ok /3.bmp': bitmap(3) })
    const { labelled, skipped } = await runImport(project)
    expect(labelled).toBe(1)
    expect(skipped).toEqual([
      { path: '   ', reason: 'its images have no label: as the name of a class, a class needs a name' },
      {
        path: 'new\nline',
        reason: 'its images have no label: as the name of a class, a class name is one line of plain text',
      },
    ])
  })
})

describe('a decoder that fails', () => {
  /** Dies, or never answers, over files that are called so. */
  function fragile(): { readonly openImaging: () => ImagingProcess; readonly opened: { count: number } } {
    const opened = { count: 0 }
    const openImaging = (): ImagingProcess => {
      opened.count += 1
      const { client } = examiner()
      const closing = Promise.withResolvers<never>()
      closing.promise.catch(() => undefined)
      const die = () => closing.reject(new AppError('process-died', said`it was killed`))
      const examine: ImagingProcess['client']['examine'] = async (input) => {
        if (input.file.includes('killer')) die()
        const isHanging = input.file.includes('hanging')
        const answer = isHanging ? new Promise<never>(() => undefined) : sleep(5).then(() => client.examine(input))
        return Promise.race([answer, closing.promise])
      }
      return { client: { examine }, close: async () => die() }
    }
    return { openImaging, opened }
  }

  test('costs exactly the file that it fails on', async () => {
    const project = openTestProject()
    const files: Record<string, Uint8Array> = {}
    for (let at = 0; at < 30; at += 1) files[`${at}${at % 10 === 4 ? 'killer' : ''}.bmp`] = bitmap(at)
    writeFiles(project.imageFolder, files)
    const { openImaging } = fragile()
    expect(await runImport(project, { openImaging })).toMatchObject({ found: 30, added: 30, unreadable: 3 })
    const bad = Object.entries(table(project)).filter(([, text]) => text !== 'readable')
    expect(bad).toEqual(['14', '24', '4'].map((at) => [`${at}killer.bmp`, 'unreadable decoder-died']))
    // They are not tried again until they change.
    expect((await runImport(project, { openImaging })).unchanged).toBe(30)
  })

  test('is given up after a while, and the others are read', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'a.bmp': bitmap(1), 'hanging.bmp': bitmap(2), 'b.bmp': bitmap(3) })
    const { openImaging, opened } = fragile()
    expect(await runImport(project, { openImaging, fileTimeLimitMs: 200 })).toMatchObject({ added: 3, unreadable: 1 })
    expect(table(project)).toEqual({ 'a.bmp': 'readable', 'b.bmp': 'readable', 'hanging.bmp': 'unreadable too-slow' })
    expect(opened.count).toBe(3)
  })

  test('on everything is an error of ours, not of the files', async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, { 'a.bmp': bitmap(1), 'b.bmp': bitmap(2) })
    const openImaging = (): ImagingProcess => ({
      client: { examine: () => Promise.reject(new AppError('process-died', said`no decoder`)) },
      close: async () => undefined,
    })
    expect(await rejectionOf(runImport(project, { openImaging }))).toMatchObject({
      code: 'process-died',
      message: 'no decoder',
    })
    expect(table(project)).toEqual({})
  })
})

describe('an import that is stopped', () => {
  test('keeps what was read and goes on from there', async () => {
    const project = openTestProject()
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`cat/${at}.bmp`, bitmap(at)]))
    writeFiles(project.imageFolder, files)
    const stop = new AbortController()
    const { openImaging, read } = countingExaminer()
    const slow = (): ImagingProcess => {
      const imaging = openImaging()
      const examine: ImagingProcess['client']['examine'] = async (input) => {
        if (read.length === 20) stop.abort()
        return imaging.client.examine(input)
      }
      return { ...imaging, client: { examine } }
    }
    expect((await rejectionOf(runImport(project, { openImaging: slow, signal: stop.signal }))).code).toBe('cancelled')
    const stored = countImages(project.reader)
    expect(stored.images).toBe(read.length)
    expect(stored.images).toBeGreaterThanOrEqual(20)
    expect(stored.images).toBeLessThan(40)
    const again = countingExaminer()
    expect(await runImport(project, again)).toMatchObject({ found: 40, unchanged: read.length, labelled: 40 })
    expect(again.read).toHaveLength(40 - read.length)
  })
})

test('sources are never touched', async () => {
  const project = openTestProject()
  writeFiles(project.imageFolder, { 'a.bmp': bitmap(1), 'b/c.bmp': bitmap(2), 'b/bad.jpg': 'x' })
  const look = () =>
    ['a.bmp', 'b/c.bmp', 'b/bad.jpg', 'b'].map((path) => {
      const { mtimeMs, ctimeMs, size, ino } = statSync(join(project.imageFolder, path))
      return { path, mtimeMs, ctimeMs, size, ino }
    })
  const before = look()
  await runImport(project)
  expect(look()).toEqual(before)
  expect(readdirSync(project.imageFolder).sort()).toEqual(['.athanor', 'a.bmp', 'b'])
})

test('a damaged or lost thumbnails file is replaced, and the import goes on', async () => {
  const project = openTestProject()
  mkdirSync(project.projectFolder, { recursive: true })
  writeFileSync(project.layout.thumbnailsFile, 'garbage '.repeat(200))
  writeFiles(project.imageFolder, { 'a.bmp': bitmap(1) })
  expect(await runImport(project)).toMatchObject({ added: 1, unreadable: 0 })
  expect(existsSync(project.layout.thumbnailsFile)).toBe(true)
})
