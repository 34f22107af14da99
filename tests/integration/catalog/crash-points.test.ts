import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { quickCheck } from '../../../src/main/core/database/inspect-catalog.ts'
import { backUp } from '../../../src/main/core/database/back-up.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { allMigrations } from '../../../src/main/core/database/migrations/all-migrations.ts'
import { openCatalog } from '../../../src/main/core/database/open-catalog.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass, mergeClasses } from '../../../src/main/core/labels/class-edits.ts'
import { undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { type CrashState, recordCrashStates } from '../../support/crash-states.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'
import { addImages, openTestProject, runImport } from '../../support/test-project.ts'

const tables = ['class', 'image', 'edit', 'dataset', 'run'] as const

/** All rows of a catalog as text, after opening it as any program would. */
function contentOf(state: CrashState): string {
  const file = join(state.folder, 'catalog.sqlite')
  const catalog = openCatalog(file, { nowMs: 0, backupsFolder: join(state.folder, 'backups') })
  const rows = tables.map((table) => catalog.reader.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  catalog.close()
  return JSON.stringify(rows)
}

/** The number of times that the content changes from one crash state to the next. */
function changesOf(states: readonly CrashState[]): number {
  const contents = states.map(contentOf)
  return contents.filter((content, at) => at > 0 && content !== contents[at - 1]).length
}

describe('a crash at any step', () => {
  test('of an edit, a merge or an undo leaves the state before or the state after', async () => {
    const project = openTestProject()
    const ids = addImages(
      project,
      Array.from({ length: 50 }, (_, at) => `${at}.png`),
    )
    const [a, b] = ['a', 'b'].map((name) => transaction(project.writer, (tx) => createClass(tx, name, 0).classId))
    if (a === undefined || b === undefined) throw new Error('no classes')
    const edits = [
      () =>
        transaction(project.writer, (tx) =>
          assignLabel(tx, { imageIds: ids, classId: a, origin: 'person', who: '' }, 0),
        ),
      () => transaction(project.writer, (tx) => mergeClasses(tx, { from: a, into: b }, 0)),
      () => transaction(project.writer, undoEdit),
    ]
    for (const edit of edits) {
      const states = await recordCrashStates(project.projectFolder, temporaryFolder(memoryDisk), edit)
      expect(states.length).toBeGreaterThan(3)
      expect(changesOf(states)).toBe(1)
    }
  })

  test('of an import can be gone on from, to the same end', { timeout: 240_000 }, async () => {
    const project = openTestProject()
    writeFiles(project.imageFolder, {
      'cat/a.bmp': bitmap(1),
      'cat/b.bmp': bitmap(2),
      'dog/c.bmp': bitmap(3),
      'd.bmp': bitmap(4),
    })
    await runImport(project)
    const place = (path: string) => join(project.imageFolder, ...path.split('/'))
    renameSync(place('cat/a.bmp'), place('moved.bmp'))
    renameSync(place('cat/b.bmp'), place('swap'))
    renameSync(place('dog/c.bmp'), place('cat/b.bmp'))
    renameSync(place('swap'), place('dog/c.bmp'))
    rmSync(place('d.bmp'))
    writeFiles(project.imageFolder, { 'owl/e.bmp': bitmap(5), 'bad.bmp': 'x' })

    const states = await recordCrashStates(project.projectFolder, temporaryFolder(memoryDisk), () => runImport(project))
    expect(states.length).toBeGreaterThan(25)
    const resumedIn = temporaryFolder(memoryDisk)
    cpSync(project.imageFolder, join(resumedIn, 'images'), {
      recursive: true,
      preserveTimestamps: true,
      filter: (source) => !source.includes('.athanor'),
    })
    const summaries = new Set<string>()
    for (const state of states) {
      const projectFolder = join(resumedIn, 'images', '.athanor')
      rmSync(projectFolder, { recursive: true, force: true })
      cpSync(state.folder, projectFolder, { recursive: true })
      const resumed = openTestProject(join(resumedIn, 'images'))
      await runImport(resumed)
      summaries.add(JSON.stringify(outcomeOf(resumed.reader)))
    }
    expect([...summaries]).toEqual([JSON.stringify(outcomeOf(project.reader))])
  })

  test('of making a catalog leaves none or a whole one', async () => {
    const folder = join(temporaryFolder(memoryDisk), 'project')
    mkdirSync(folder)
    const options = { nowMs: 0, backupsFolder: join(folder, 'backups') }
    const make = () => openCatalog(join(folder, 'catalog.sqlite'), options).close()
    const states = await recordCrashStates(folder, temporaryFolder(memoryDisk), make)
    expect(states.length).toBeGreaterThan(8)
    for (const state of states) expect(contentOf(state)).toBe(JSON.stringify(tables.map(() => [])))
  })

  test('of an upgrade leaves the old or the new catalog, and the next start goes on', async () => {
    const folder = join(temporaryFolder(memoryDisk), 'project')
    mkdirSync(folder)
    const file = join(folder, 'catalog.sqlite')
    const options = { nowMs: 0, backupsFolder: join(folder, 'backups') }
    const old = openCatalog(file, options)
    transaction(old.writer, (tx) => createClass(tx, 'kept', 0))
    old.close()
    const version = allMigrations.length
    const migrations = [
      ...allMigrations,
      { version: version + 1, sql: 'CREATE TABLE note (id INTEGER) STRICT; INSERT INTO note SELECT id FROM class;' },
      { version: version + 2, sql: 'ALTER TABLE note ADD COLUMN text TEXT; UPDATE note SET text = id;' },
    ]
    const upgrade = () => openCatalog(file, { ...options, migrations }).close()
    const states = await recordCrashStates(folder, temporaryFolder(memoryDisk), upgrade)
    const versions = new Set<number>()
    for (const state of states) {
      const raw = new Database(join(state.folder, 'catalog.sqlite'), { readonly: true })
      const found = Number(raw.pragma('user_version', { simple: true }))
      versions.add(found)
      const columns = raw.prepare("SELECT count(*) AS columns FROM pragma_table_info('note')").get()
      expect(columns).toEqual({ columns: found - version })
      expect(quickCheck(raw)).toBeNull()
      raw.close()
      for (const name of backupsIn(state)) {
        const copy = new Database(name, { readonly: true })
        expect(copy.prepare('SELECT name FROM class').all()).toEqual([{ name: 'kept' }])
        copy.close()
      }
      // A catalog that is not the old one any more has its copy.
      if (found > version) expect(backupsIn(state)).toHaveLength(1)
      const place = { nowMs: 0, backupsFolder: join(state.folder, 'backups') }
      const again = openCatalog(join(state.folder, 'catalog.sqlite'), { ...place, migrations })
      expect(again.reader.prepare('SELECT id, text FROM note').all()).toEqual([{ id: 1, text: '1' }])
      again.close()
    }
    expect([...versions]).toEqual([version, version + 1, version + 2])
  })

  test('of a backup leaves no copy under a final name that is not whole', async () => {
    const project = openTestProject()
    addImages(project, ['a.png'])
    const make = () => backUp(project.writer.connection, project.layout.backupsFolder, 'regular')
    const states = await recordCrashStates(project.projectFolder, temporaryFolder(memoryDisk), make)
    for (const state of states) {
      for (const name of backupsIn(state)) {
        const copy = new Database(name, { readonly: true })
        expect(copy.prepare('SELECT path FROM image').all()).toEqual([{ path: 'a.png' }])
        copy.close()
      }
    }
    expect(states.filter((state) => backupsIn(state).length > 0).length).toBeGreaterThan(0)
  })
})

function backupsIn({ folder }: CrashState): string[] {
  const backups = join(folder, 'backups')
  if (!existsSync(backups)) return []
  return readdirSync(backups)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => join(backups, name))
}

/** What a person would see in the end; ids and times may differ from one way to the other. */
function outcomeOf(reader: { prepare: (sql: string) => { all: () => unknown[] } }): unknown {
  return reader
    .prepare(
      `SELECT path, state, content_hash, split, unreadable_reason, label_origin, is_unsettled, is_folder_offered,
         (SELECT name FROM class WHERE class.id = class_id) AS name
       FROM image ORDER BY path, state`,
    )
    .all()
}
