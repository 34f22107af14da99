import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { HostShell } from '../../../src/main/core/host.ts'
import { ModelId } from '../../../src/shared/domain/ids.ts'
import { openShellCore } from '../../support/shell-core.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let base: string
let root: string

beforeEach(() => {
  base = realpathSync(temporaryFolder())
  root = join(base, 'data')
  for (const folder of ['data/b10', 'data/b9/.athanor', 'data/.hidden', 'data-evil/secret', 'elsewhere/in']) {
    mkdirSync(join(base, folder), { recursive: true })
  }
  for (const file of [
    'data/one.jpg',
    'data/two.PNG',
    'data/notes.txt',
    'data/._one.jpg',
    'data/b9/.athanor/catalog.sqlite',
  ]) {
    writeFileSync(join(base, file), '')
  }
  symlinkSync(join(base, 'data-evil'), join(root, 'out'))
  symlinkSync(join(root, 'b10'), join(root, 'within'))
  symlinkSync(join(base, 'nowhere'), join(root, 'broken'))
})

const browser = (extra: Partial<HostShell> = {}) =>
  openShellCore({ kind: 'browser', roots: () => [root, join(base, 'absent')], ...extra }, join(base, 'store'))

test('a page sees the folders below a root, in the order a person expects, and what is in them', async () => {
  const { shell } = browser()
  const listing = await shell.listFolders({ path: null })
  expect(listing).toEqual({
    path: root,
    parent: null,
    roots: [{ name: 'data', path: root }],
    folders: [
      { name: 'b9', path: join(root, 'b9'), hasProject: true },
      { name: 'b10', path: join(root, 'b10'), hasProject: false },
      { name: 'within', path: join(root, 'within'), hasProject: false },
    ],
    imageCount: 2,
  })
  expect(await shell.listFolders({ path: join(root, 'b10') })).toMatchObject({ parent: root, folders: [] })
})

const outside: [string, () => string][] = [
  ['the folder above', () => base],
  ['one with dots', () => `${root}/../data-evil`],
  ['one whose name begins alike', () => join(base, 'data-evil')],
  ['a link that leads out', () => join(root, 'out')],
  ['something behind such a link', () => join(root, 'out', 'secret')],
  ['what is not there', () => join(base, 'nothing', 'at', 'all')],
  ['the disk', () => '/'],
]

describe('outside of the roots a page may', () => {
  test.each(outside)('not look: %s', async (_, path) => {
    await expect(browser().shell.listFolders({ path: path() })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test.each(outside)('not open: %s', async (_, path) => {
    const { project } = browser()
    await expect(project.open({ imageFolder: path() })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(project.open({ imageFolder: root, projectFolder: path() })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(project.open({ imageFolder: null, projectFolder: path() })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test.each(outside)('not draw: %s', async (_, path) => {
    const drawing = browser().project.drawSamples({ folder: path(), perClass: 2 })[Symbol.asyncIterator]()
    await expect(drawing.next()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('outside of the roots and of its project a page may not name a file', () => {
  test.each(outside)('%s', async (_, path) => {
    const { project, labels, exports, models, backbones } = browser()
    const { id: projectId } = await project.open({ imageFolder: join(root, 'b10') })
    const modelId = ModelId.parse('model-1')
    const file = join(path(), 'named.csv')
    const first = (stream: AsyncIterable<unknown>) => stream[Symbol.asyncIterator]().next()
    const refused = { code: 'forbidden' }
    await expect(labels.importCsv({ projectId, file })).rejects.toMatchObject(refused)
    await expect(labels.exportCsv({ projectId, file, overwrite: true })).rejects.toMatchObject(refused)
    await expect(backbones.add({ file })).rejects.toMatchObject(refused)
    const exporting = exports.create({ projectId, modelId, formats: ['onnx'], destination: path() })
    await expect(first(exporting)).rejects.toMatchObject(refused)
    await expect(first(models.predict({ projectId, modelId, paths: [file] }))).rejects.toMatchObject(refused)
    await expect(first(models.predict({ projectId, modelId, paths: ['.', file] }))).rejects.toMatchObject(refused)
    expect(existsSync(file)).toBe(false)
  })
})

test('files of a project that was opened before may be named, wherever it lies; those beside it may not', async () => {
  const elsewhere = join(base, 'elsewhere')
  await openShellCore({ kind: 'desktop' }, join(base, 'store')).project.open({ imageFolder: elsewhere })
  const { project, labels } = browser()
  const { id: projectId } = await project.open({ imageFolder: elsewhere })
  const file = join(elsewhere, 'in', 'labels.csv')
  expect(await labels.exportCsv({ projectId, file })).toEqual({ file, lines: 0 })
  expect(await labels.importCsv({ projectId, file })).toMatchObject({ labelled: 0, badLines: [] })
  const beside = labels.exportCsv({ projectId, file: join(base, 'labels.csv') })
  await expect(beside).rejects.toMatchObject({ code: 'forbidden' })
})

test('on the desktop a page may name any file', async () => {
  const { project, labels } = openShellCore({ kind: 'desktop' }, join(base, 'store'))
  const { id: projectId } = await project.open({ imageFolder: root })
  const file = join(base, 'labels.csv')
  expect(await labels.exportCsv({ projectId, file })).toEqual({ file, lines: 0 })
})

test('a project apart that names images outside of the roots is not opened', async () => {
  const apart = join(root, 'apart')
  mkdirSync(apart)
  writeFileSync(join(apart, 'image-folder.txt'), `${join(base, 'data-evil')}\n`)
  const opening = browser().project.open({ imageFolder: null, projectFolder: apart })
  await expect(opening).rejects.toMatchObject({ code: 'forbidden' })
})

test('within the roots a page opens, draws, and is told what is not there', async () => {
  const { project, shell } = browser()
  expect(await project.open({ imageFolder: join(root, 'within') })).toMatchObject({ imageFolder: join(root, 'b10') })
  await expect(project.open({ imageFolder: join(root, 'absent') })).rejects.toMatchObject({ code: 'not-found' })
  await expect(shell.listFolders({ path: join(root, 'absent') })).rejects.toMatchObject({ code: 'not-found' })
})

test('what this person opened before may be opened again, but not looked around in', async () => {
  const elsewhere = join(base, 'elsewhere')
  await openShellCore({ kind: 'desktop' }, join(base, 'store')).project.open({ imageFolder: elsewhere })
  const { project, shell } = browser()
  expect(await project.open({ imageFolder: elsewhere })).toMatchObject({ imageFolder: elsewhere })
  await expect(project.open({ imageFolder: join(elsewhere, 'in') })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(shell.listFolders({ path: elsewhere })).rejects.toMatchObject({ code: 'forbidden' })
})

test('with a native dialog there are no roots, and the dialog answers', async () => {
  const { shell, project } = openShellCore(
    { kind: 'desktop', chooseFolder: async (title) => (title === 'Choose' ? root : null) },
    join(base, 'store'),
  )
  expect(await shell.abilities({})).toEqual({ host: 'desktop', canChooseFolder: true, canReveal: false })
  expect(await shell.chooseFolder({ title: 'Choose' })).toEqual({ path: root })
  expect(await shell.chooseFolder({ title: 'Other' })).toEqual({ path: null })
  await expect(shell.listFolders({ path: null })).rejects.toMatchObject({ code: 'not-found' })
  expect(await project.open({ imageFolder: join(base, 'elsewhere') })).toMatchObject({ imageCount: 0 })
})

test('a host without a dialog, a menu or a file manager says so', async () => {
  const { shell } = browser()
  expect(await shell.abilities({})).toEqual({ host: 'browser', canChooseFolder: false, canReveal: false })
  await expect(shell.chooseFolder({ title: 'x' })).rejects.toMatchObject({ code: 'conflict' })
  for await (const command of shell.menuCommands({})) expect(command).toBeUndefined()
})
