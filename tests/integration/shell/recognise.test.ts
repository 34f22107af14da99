import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { rejectionOf } from '../../support/app-errors.ts'
import { openShellCore } from '../../support/shell-core.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { writeVariedImages } from '../../support/varied-images.ts'

let base: string
const folderOf = (name: string) => join(base, name)
const open = () => openShellCore({ kind: 'desktop' }, folderOf('store'))

beforeEach(() => {
  base = realpathSync(temporaryFolder())
  for (const name of ['cats', 'dogs', 'apart']) mkdirSync(folderOf(name))
})

/** A project that was opened once and whose folder has another name since. */
async function moveAfterUse(): Promise<void> {
  await open().project.open({ imageFolder: folderOf('cats') })
  renameSync(folderOf('cats'), folderOf('moved'))
}

test('a project is known again where it lies now', async () => {
  await moveAfterUse()
  const { project } = open()
  const found = await project.recognise({ sought: folderOf('cats'), folder: folderOf('moved') })
  expect(found).toEqual({ kind: 'same', place: { imageFolder: folderOf('moved'), projectFolder: null } })
})

test('another project in its place is told apart, also where it lies at the old path', async () => {
  await moveAfterUse()
  const { project } = open()
  await project.open({ imageFolder: folderOf('dogs') })
  const place = { imageFolder: folderOf('dogs'), projectFolder: null }
  const input = { sought: folderOf('cats'), folder: folderOf('dogs') }
  expect(await project.recognise(input)).toEqual({ kind: 'other', place })
})

test('a folder without a project is none, and nothing is made in it', async () => {
  await moveAfterUse()
  const found = await open().project.recognise({ sought: folderOf('cats'), folder: folderOf('dogs') })
  expect(found.kind).toBe('none')
  expect(existsSync(join(folderOf('dogs'), '.athanor'))).toBe(false)
})

test('a list that does not know which project it was takes what is there', async () => {
  await moveAfterUse()
  const list = join(folderOf('store'), 'recent-projects.json')
  const entries = JSON.parse(readFileSync(list, 'utf8')) as { projectId?: string }[]
  for (const entry of entries) delete entry.projectId
  writeFileSync(list, JSON.stringify(entries))
  const { project } = open()
  const of = async (folder: string) => (await project.recognise({ sought: folderOf('cats'), folder })).kind
  expect(await of(folderOf('moved'))).toBe('same')
  expect(await of(folderOf('dogs'))).toBe('none')
})

test('images of a project that lies apart are known by their paths', async () => {
  await writeVariedImages(folderOf('cats'), 2)
  const { project, catalog } = open()
  const place = { imageFolder: folderOf('cats'), projectFolder: folderOf('apart') }
  const { id: projectId } = await project.open(place)
  for await (const event of catalog.import({ projectId })) void event
  renameSync(folderOf('cats'), folderOf('moved'))
  expect(await project.recognise({ sought: folderOf('cats'), folder: folderOf('moved') })).toEqual({
    kind: 'same',
    place: { imageFolder: folderOf('moved'), projectFolder: folderOf('apart') },
  })
  expect((await project.recognise({ sought: folderOf('cats'), folder: folderOf('dogs') })).kind).toBe('none')
})

test('of a project that lies apart the project folder may have moved', async () => {
  await open().project.open({ imageFolder: folderOf('cats'), projectFolder: folderOf('apart') })
  renameSync(folderOf('apart'), folderOf('elsewhere'))
  expect(await open().project.recognise({ sought: folderOf('cats'), folder: folderOf('elsewhere') })).toEqual({
    kind: 'same',
    place: { imageFolder: folderOf('cats'), projectFolder: folderOf('elsewhere') },
  })
})

test('what cannot be told ends in an error that says so', async () => {
  await moveAfterUse()
  const { project } = open()
  const unlisted = project.recognise({ sought: folderOf('birds'), folder: folderOf('moved') })
  expect((await rejectionOf(unlisted)).code).toBe('not-found')
  const catalogFile = join(folderOf('moved'), '.athanor', 'catalog.sqlite')
  for (const suffix of ['-wal', '-shm']) rmSync(`${catalogFile}${suffix}`, { force: true })
  writeFileSync(catalogFile, 'no catalog at all')
  const damaged = project.recognise({ sought: folderOf('cats'), folder: folderOf('moved') })
  expect((await rejectionOf(damaged)).code).toBe('catalog-damaged')
})
