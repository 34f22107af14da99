import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allMigrations } from '../../../src/main/core/database/migrations/all-migrations.ts'
import { openCatalog } from '../../../src/main/core/database/open-catalog.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import type { ImageId, ProjectId } from '../../../src/shared/domain/ids.ts'
import { errorOf } from '../../support/app-errors.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'
import { openWindows, type Window } from '../../support/two-windows.ts'

async function openIn({ client }: Window, imageFolder: string): Promise<ProjectId> {
  const { id: projectId } = await client.project.open({ imageFolder })
  for await (const _ of client.catalog.import({ projectId })) continue
  return projectId
}

function pictureFolder(): string {
  const folder = join(temporaryFolder(memoryDisk), 'images')
  mkdirSync(folder)
  writeFiles(folder, {
    'bun/1.bmp': bitmap(1, { sidePx: 8 }),
    'bun/2.bmp': bitmap(2, { sidePx: 8 }),
    'new.bmp': bitmap(3, { sidePx: 8 }),
  })
  return folder
}

const confirmedOf = async ({ client }: Window, projectId: ProjectId, imageIds: readonly ImageId[]) =>
  (await client.catalog.getMany({ projectId, imageIds: [...imageIds] })).map(({ isConfirmed }) => isConfirmed)

test('what a person calls right, every window knows at once, until the label changes', async () => {
  const open = openWindows()
  const [mine, yours] = [open(), open()]
  const projectId = await openIn(mine, pictureFolder())
  const { labels, catalog } = mine.client
  const { imageIds } = await catalog.order({ projectId })
  const [first] = imageIds
  if (first === undefined) throw new Error('the folder has images')
  const changes = yours.client.project.watch({ projectId })[Symbol.asyncIterator]()
  const told = changes.next()

  const edit = await labels.confirm({ projectId, images: { ids: imageIds } })
  expect(edit).toMatchObject({ description: 'confirm the label of 2 images', imageCount: 2 })
  expect((await told).value).toMatchObject({ what: ['labels'] })
  expect(await confirmedOf(yours, projectId, imageIds)).toEqual([true, true, false])
  expect((await catalog.get({ projectId, imageId: first })).label?.origin).toBe('person')
  expect((await labels.confirm({ projectId, images: { ids: imageIds } })).id).toBeNull()

  await labels.assignByName({ projectId, images: { ids: [first] }, name: 'dog' })
  expect(await confirmedOf(yours, projectId, imageIds)).toEqual([false, true, false])
  await labels.undo({ projectId })
  expect(await confirmedOf(yours, projectId, imageIds)).toEqual([true, true, false])
  await labels.undo({ projectId })
  expect(await confirmedOf(yours, projectId, imageIds)).toEqual([false, false, false])
  expect((await catalog.get({ projectId, imageId: first })).label?.origin).toBe('folder')
  await changes.return?.()
})

test('what a person called right moves with the folder', async () => {
  const folder = pictureFolder()
  const before = openWindows()()
  const projectId = await openIn(before, folder)
  const { imageIds } = await before.client.catalog.order({ projectId })
  await before.client.labels.confirm({ projectId, images: { paths: ['bun/1.bmp'] } })
  renameSync(folder, `${folder}-moved`)
  const after = openWindows()()
  expect(await openIn(after, `${folder}-moved`)).toBe(projectId)
  expect(await confirmedOf(after, projectId, imageIds)).toEqual([true, false, false])
})

test('a catalog from before has nothing confirmed, and only labels can be', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'catalog.sqlite')
  const options = { nowMs: 1, backupsFolder: join(folder, 'backups') }
  const old = openCatalog(file, { ...options, migrations: allMigrations.slice(0, 4) })
  transaction(old.writer, (tx) =>
    tx
      .prepare(
        `INSERT INTO image (path, state, size_bytes, modified_at_ms, changed_at_ms, unreadable_reason, unreadable_message)
         VALUES ('a.jpg', 'unreadable', 1, 1, 1, 'truncated', '')`,
      )
      .run(),
  )
  old.close()
  const catalog = openCatalog(file, options)
  expect(catalog.reader.prepare('SELECT path, is_confirmed FROM image').all()).toEqual([
    { path: 'a.jpg', is_confirmed: 0 },
  ])
  const confirm = () => transaction(catalog.writer, (tx) => tx.prepare('UPDATE image SET is_confirmed = 1').run())
  expect(errorOf(confirm).message).toMatch(/CHECK/)
  catalog.close()
})
