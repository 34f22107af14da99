import { setTimeout as sleep } from 'node:timers/promises'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { noteChange } from '../../../src/main/core/database/note-change.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { watchProject } from '../../../src/main/core/project/watch-project.ts'
import { createClass } from '../../../src/main/core/labels/class-edits.ts'
import type { ProjectChange } from '../../../src/shared/contract/project.ts'
import type { ProjectId } from '../../../src/shared/domain/ids.ts'
import { startChild } from '../../support/child.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'
import { batchImageCount } from '../../support/random-batches.ts'
import { openWindows, type Window } from '../../support/two-windows.ts'

function pictureFolder(): string {
  const folder = join(temporaryFolder(memoryDisk), 'images')
  mkdirSync(folder)
  writeFiles(folder, Object.fromEntries([1, 2, 3].map((at) => [`${at}.bmp`, bitmap(at, { sidePx: 8 })])))
  return folder
}

async function openIn({ client }: Window, imageFolder: string): Promise<ProjectId> {
  const { id: projectId } = await client.project.open({ imageFolder })
  for await (const _ of client.catalog.import({ projectId })) continue
  return projectId
}

/** Reads changes until one of them is of the wanted kind; answers all that was told until then. */
async function readUntil(
  changes: AsyncIterator<ProjectChange>,
  isWanted: (change: ProjectChange) => boolean,
): Promise<ProjectChange[]> {
  const told: ProjectChange[] = []
  for (;;) {
    const next = await changes.next()
    if (next.done === true) throw new Error('the stream ended early')
    told.push(next.value)
    if (isWanted(next.value)) return told
  }
}

const saysLabels = ({ what }: ProjectChange) => what.includes('labels')

describe('two windows on one project', () => {
  test('see each other label, undo and make classes, at once and by the images concerned', async () => {
    const open = openWindows()
    const [mine, yours] = [open(), open()]
    const projectId = await openIn(mine, pictureFolder())
    // A change names images in the order of the catalog, which is that in which they were read.
    const imageIds = (await mine.client.catalog.order({ projectId })).imageIds.toSorted((one, other) => one - other)
    const changes = yours.client.project.watch({ projectId })[Symbol.asyncIterator]()
    const first = readUntil(changes, saysLabels)
    const images = { ids: imageIds.slice(0, 2) }
    await mine.client.labels.assignByName({ projectId, images, name: 'bun' })
    expect((await first).at(-1)).toEqual({ what: ['labels', 'classes'], imageIds: imageIds.slice(0, 2) })
    const seen = await yours.client.catalog.getMany({ projectId, imageIds })
    expect(seen.map(({ label }) => label !== null)).toEqual([true, true, false])

    await mine.client.labels.undo({ projectId })
    expect((await readUntil(changes, saysLabels)).at(-1)?.imageIds).toEqual(imageIds.slice(0, 2))
    expect(await yours.client.labels.classes({ projectId })).toEqual([])
    await changes.return?.()
  })

  test('take back the edit they mean, and none that came in between', async () => {
    const open = openWindows()
    const [mine, yours] = [open(), open()]
    const projectId = await openIn(mine, pictureFolder())
    const { imageIds } = await mine.client.catalog.order({ projectId })
    const labelsNow = async () =>
      (await mine.client.catalog.getMany({ projectId, imageIds })).map(({ label }) => label !== null)
    const assign = ({ client }: Window, at: number) =>
      client.labels.assignByName({ projectId, images: { ids: imageIds.slice(at, at + 1) }, name: 'bun' })

    const { edit: first } = await assign(mine, 0)
    const { edit: second } = await assign(yours, 1)
    const editId = first.id ?? undefined
    await expect(mine.client.labels.undo({ projectId, editId })).rejects.toMatchObject({ code: 'conflict' })
    expect(await labelsNow()).toEqual([true, true, false])
    expect(await yours.client.labels.undo({ projectId, editId: second.id ?? undefined })).toEqual(second)
    expect(await mine.client.labels.undo({ projectId, editId })).toEqual(first)
    await expect(mine.client.labels.undo({ projectId, editId })).rejects.toMatchObject({ code: 'conflict' })
    await expect(yours.client.labels.redo({ projectId, editId: second.id ?? undefined })).rejects.toThrow('gone on')
    expect(await mine.client.labels.redo({ projectId, editId })).toEqual(first)
    expect(await labelsNow()).toEqual([true, false, false])
  })

  test('an edit that changes nothing is no step of the history', async () => {
    const window = openWindows()()
    const { client } = window
    const projectId = await openIn(window, pictureFolder())
    const made = await client.labels.createClass({ projectId, name: 'bun' })
    expect(made.edit.id).not.toBeNull()
    const { id: classId, colour, key, name } = made.class
    for (const same of [
      await client.labels.renameClass({ projectId, classId, name }),
      await client.labels.recolourClass({ projectId, classId, colour }),
      await client.labels.setClassKey({ projectId, classId, key }),
    ]) {
      expect(same).toMatchObject({ edit: { id: null }, class: { id: classId } })
    }
    expect(await client.labels.history({ projectId })).toEqual([made.edit])
  })

  test('hear of nothing where an edit was refused or changed nothing', async () => {
    const open = openWindows()
    const [mine, yours] = [open(), open()]
    const projectId = await openIn(mine, pictureFolder())
    const { imageIds } = await mine.client.catalog.order({ projectId })
    const { class: bun } = await mine.client.labels.createClass({ projectId, name: 'bun' })
    const images = { ids: imageIds.slice(0, 1) }
    await mine.client.labels.assign({ projectId, images, classId: bun.id })
    const changes = yours.client.project.watch({ projectId })[Symbol.asyncIterator]()
    const next = changes.next()
    await mine.client.labels.assign({ projectId, images, classId: bun.id })
    await expect(mine.client.labels.createClass({ projectId, name: 'bun' })).rejects.toThrow('already')
    await mine.client.labels.skip({ projectId, images: { ids: imageIds.slice(1, 2) } })
    expect((await next).value).toEqual({ what: ['labels'], imageIds: imageIds.slice(1, 2) })
    await changes.return?.()
  })

  test('hear of images that an import finds', async () => {
    const open = openWindows()
    const [mine, yours] = [open(), open()]
    const folder = pictureFolder()
    const projectId = await openIn(mine, folder)
    writeFiles(folder, { 'new.bmp': bitmap(9, { sidePx: 8 }) })
    const changes = yours.client.project.watch({ projectId })[Symbol.asyncIterator]()
    const told = readUntil(changes, ({ what }) => what.includes('images'))
    for await (const _ of mine.client.catalog.import({ projectId })) continue
    expect((await told).at(-1)?.what).toEqual(['images'])
    await changes.return?.()
    // A second import finds nothing new, and a label is what is heard of next.
    const again = yours.client.project.watch({ projectId })[Symbol.asyncIterator]()
    const next = again.next()
    for await (const _ of mine.client.catalog.import({ projectId })) continue
    await mine.client.labels.createClass({ projectId, name: 'bun' })
    expect((await next).value).toMatchObject({ what: ['labels', 'classes'] })
    await again.return?.()
  })
})

test('what another process changes is seen, with what it was', { timeout: 60_000 }, async () => {
  const project = openTestProject()
  addImages(
    project,
    Array.from({ length: batchImageCount }, (_, at) => `${at}.jpg`),
  )
  transaction(project.writer, (tx) => {
    for (const name of ['even', 'odd']) createClass(tx, name, 0)
  })
  const leaving = new AbortController()
  const changes = watchProject(project, leaving.signal)
  const child = startChild('label-until-killed', [project.imageFolder, '1', '1'])
  expect(await child.ended).toMatchObject({ code: 0 })
  expect((await changes.next()).value).toEqual({ what: ['labels'], imageIds: null })
  // An own change is told once, as an own one, and not once more as somebody else's.
  transaction(project.writer, (tx) => {
    noteChange(tx, { what: ['runs'], imageIds: [] })
  })
  expect((await changes.next()).value).toEqual({ what: ['runs'], imageIds: [] })
  await sleep(1_500)
  transaction(project.writer, (tx) => {
    noteChange(tx, { what: ['models'], imageIds: [] })
  })
  expect((await changes.next()).value).toEqual({ what: ['models'], imageIds: [] })
  leaving.abort()
  expect((await changes.next()).done).toBe(true)
})

describe('a watch', () => {
  test('tells what comes faster than ten times a second together, and loses nothing', async () => {
    const project = openTestProject()
    const leaving = new AbortController()
    const changes = watchProject(project, leaving.signal)
    const told: ProjectChange[] = []
    const reading = (async () => {
      for await (const change of changes) told.push(change)
    })()
    for (let at = 1; at <= 300; at += 1) {
      transaction(project.writer, (tx) => {
        noteChange(tx, { what: [at === 250 ? 'predictions' : 'labels'], imageIds: [at] })
      })
      if (at % 3 === 0) await sleep(1)
    }
    while (new Set(told.flatMap(({ imageIds }) => imageIds ?? [])).size < 300) await sleep(10)
    leaving.abort()
    await reading
    expect(told.some(({ what }) => what.includes('predictions'))).toBe(true)
    expect(told.length).toBeLessThan(100)
  })

  test('names no images where they are too many or not known', async () => {
    const project = openTestProject()
    const leaving = new AbortController()
    const changes = watchProject(project, leaving.signal)
    const many = Array.from({ length: 2_001 }, (_, at) => at + 1)
    const note = (what: 'images' | 'runs', imageIds: number[] | null) =>
      transaction(project.writer, (tx) => {
        noteChange(tx, { what: [what], imageIds })
      })
    note('images', many)
    expect((await changes.next()).value).toEqual({ what: ['images'], imageIds: null })
    note('images', [5])
    note('runs', null)
    expect((await changes.next()).value).toEqual({ what: ['images', 'runs'], imageIds: [5] })
    leaving.abort()
  })

  test('leaves nothing behind, also where nobody ever read it', async () => {
    const project = openTestProject()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const controllers = Array.from({ length: 5 }, () => new AbortController())
    const watches = controllers.map(({ signal }) => watchProject(project, signal))
    const unread = watches.slice(1)
    const reading = watches[0]?.next()
    expect(timers()).toBe(before + 5)
    for (const controller of controllers) controller.abort()
    expect(timers()).toBe(before)
    expect((await reading)?.done).toBe(true)
    for (const watch of unread) expect((await watch.next()).done).toBe(true)
    expect((await watchProject(project, AbortSignal.abort()).next()).done).toBe(true)
    expect(timers()).toBe(before)
  })

  test('tells nothing of a transaction that failed', async () => {
    const project = openTestProject()
    const leaving = new AbortController()
    const changes = watchProject(project, leaving.signal)
    expect(() =>
      transaction(project.writer, (tx) => {
        noteChange(tx, { what: ['labels'], imageIds: [1] })
        throw new Error('no')
      }),
    ).toThrow('no')
    transaction(project.writer, (tx) => {
      noteChange(tx, { what: ['models'], imageIds: [] })
    })
    expect((await changes.next()).value).toEqual({ what: ['models'], imageIds: [] })
    leaving.abort()
  })
})
