import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { listImages } from '../../../src/main/core/catalog/list-images.ts'
import { undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { backUp } from '../../../src/main/core/database/back-up.ts'
import { openConnection } from '../../../src/main/core/database/connection.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { readCheckSummary } from '../../../src/main/core/checks/label-check-repository.ts'
import { allMigrations } from '../../../src/main/core/database/migrations/all-migrations.ts'
import { type Catalog, openCatalog, type OpenCatalogOptions } from '../../../src/main/core/database/open-catalog.ts'
import { openThumbnails } from '../../../src/main/core/database/open-thumbnails.ts'
import { toAppError } from '../../../src/shared/errors.ts'
import { errorOf } from '../../support/app-errors.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function placeIn(folder: string): { file: string; options: OpenCatalogOptions } {
  return { file: join(folder, 'catalog.sqlite'), options: { nowMs: 1, backupsFolder: join(folder, 'backups') } }
}

function addClass(catalog: Catalog, name: string): void {
  transaction(catalog.writer, (tx) => tx.prepare('INSERT INTO class (name, colour) VALUES (?, 0)').run(name))
}

function classNames(catalog: Catalog): string[] {
  return catalog.reader
    .prepare<{ name: string }>('SELECT name FROM class ORDER BY id')
    .all()
    .map(({ name }) => name)
}

/** Of all files of a folder, so that a test can show that not one byte changed. */
function hashesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => !name.endsWith('-shm') && name !== 'backups')
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}

describe('a connection', () => {
  test('has full durability, whichever it is', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const catalog = openCatalog(file, options)
    const thumbnails = openThumbnails(join(folder, 'thumbnails.sqlite'))
    for (const db of [catalog.reader, catalog.writer, thumbnails.writer]) {
      const pragma = (name: string): unknown =>
        'prepare' in db
          ? Object.values(db.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0]
          : db.connection.pragma(name, { simple: true })
      expect(['synchronous', 'fullfsync', 'foreign_keys', 'busy_timeout', 'journal_mode'].map(pragma)).toEqual([
        2,
        1,
        1,
        5000,
        'wal',
      ])
    }
    expect(() => catalog.reader.prepare('DELETE FROM class').run()).toThrow(/readonly/)
    catalog.close()
    thumbnails.close()
  })

  test('is refused where the durability cannot be had', () => {
    // A database in memory has no write-ahead log.
    const error = errorOf(() => openConnection(':memory:', { readOnly: false }))
    expect(error.code).toBe('internal')
    expect(error.message).toContain('journal_mode = memory')
  })
})

describe('a transaction', () => {
  test('is all or nothing and does not nest', () => {
    const { file, options } = placeIn(temporaryFolder())
    const catalog = openCatalog(file, options)
    expect(() =>
      transaction(catalog.writer, (tx) => {
        tx.prepare("INSERT INTO class (name, colour) VALUES ('a', 0)").run()
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(() => transaction(catalog.writer, () => transaction(catalog.writer, () => 1))).toThrow(/nest/)
    expect(classNames(catalog)).toEqual([])
    addClass(catalog, 'b')
    expect(classNames(catalog)).toEqual(['b'])
    catalog.close()
  })

  test('on a full disk stores nothing, says so, and works again without reopening', () => {
    const { file, options } = placeIn(temporaryFolder())
    const catalog = openCatalog(file, options)
    const { connection } = catalog.writer
    const pageCount = Number(connection.pragma('page_count', { simple: true }))
    let kept = 0
    for (let room = 0; room < 20; room += 1) {
      connection.pragma(`max_page_count = ${pageCount + room * 3}`)
      const before = classNames(catalog).length
      const attempt = () =>
        transaction(catalog.writer, (tx) => {
          for (let at = 0; at < 200; at += 1) {
            tx.prepare('INSERT INTO class (name, colour) VALUES (?, 0)').run(`${room} ${at} ${'x'.repeat(100)}`)
          }
        })
      try {
        attempt()
        kept += 1
      } catch (thrown) {
        const { code, message } = toAppError(thrown)
        expect(code).toBe('disk-full')
        expect(message).toContain(file)
        expect(connection.inTransaction).toBe(false)
        expect(classNames(catalog)).toHaveLength(before)
      }
    }
    connection.pragma('max_page_count = 1000000')
    addClass(catalog, 'after')
    expect(classNames(catalog)).toHaveLength(kept * 200 + 1)
    expect(kept).toBeLessThan(20)
    catalog.close()
  })
})

describe('opening', () => {
  test('makes a catalog whole or not at all, and finds it again', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const catalog = openCatalog(file, options)
    addClass(catalog, 'a')
    catalog.close()
    expect(readdirSync(folder)).toEqual(['catalog.sqlite'])
    const again = openCatalog(file, options)
    expect(classNames(again)).toEqual(['a'])
    again.close()
  })

  test('refuses a newer catalog and does not touch it', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const newer = [
      ...allMigrations,
      { version: allMigrations.length + 1, sql: 'CREATE TABLE future (id INTEGER) STRICT' },
    ]
    openCatalog(file, { ...options, migrations: newer }).close()
    const before = hashesOf(folder)
    expect(errorOf(() => openCatalog(file, options)).code).toBe('catalog-newer')
    expect(hashesOf(folder)).toEqual(before)

    // The newer version may have got no further than the write-ahead log.
    const other = temporaryFolder()
    const place = placeIn(other)
    const open = openCatalog(place.file, place.options)
    open.writer.connection.pragma(`user_version = ${allMigrations.length + 1}`)
    const third = temporaryFolder()
    for (const suffix of ['', '-wal']) copyFileSync(`${place.file}${suffix}`, `${placeIn(third).file}${suffix}`)
    open.close()
    const cut = hashesOf(third)
    expect(errorOf(() => openCatalog(placeIn(third).file, options)).code).toBe('catalog-newer')
    expect(hashesOf(third)).toEqual(cut)
  })

  test.each([
    ['is empty', (file: string) => truncateSync(file, 0)],
    ['is text', (file: string) => writeFileSync(file, 'hello '.repeat(100))],
    ['is cut', (file: string) => truncateSync(file, 20_000)],
    ['has a page of noise', (file: string) => overwrite(file, 8192, 4096)],
    ['has lost its header', (file: string) => overwrite(file, 0, 100)],
    ['is a database of something else', (file: string) => replaceByOther(file)],
  ])('refuses a catalog that %s and does not touch it', (_, damage) => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const catalog = openCatalog(file, options)
    for (let at = 0; at < 500; at += 1) addClass(catalog, `class ${at}`)
    catalog.close()
    damage(file)
    const before = hashesOf(folder)
    const error = errorOf(() => openCatalog(file, options))
    expect(error.code).toBe('catalog-damaged')
    expect(error.message).toContain(file)
    expect(hashesOf(folder)).toEqual(before)
  })

  test('refuses to start anew beside a log that may hold labels', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    writeFileSync(`${file}-wal`, 'labels')
    expect(errorOf(() => openCatalog(file, options)).code).toBe('catalog-damaged')
    expect(readdirSync(folder)).toEqual(['catalog.sqlite-wal'])
  })

  test('copies an older catalog before it is brought up to date, and keeps what was in it', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const old = openCatalog(file, options)
    addClass(old, 'kept')
    old.close()
    const next = {
      version: allMigrations.length + 1,
      sql: "ALTER TABLE class ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    }
    const catalog = openCatalog(file, { ...options, migrations: [...allMigrations, next] })
    expect(catalog.reader.prepare('SELECT name, note FROM class').all()).toEqual([{ name: 'kept', note: '' }])
    catalog.close()
    const backups = readdirSync(options.backupsFolder)
    expect(backups).toEqual([`catalog-000001-format-${allMigrations.length}-upgrade.sqlite`])
    const copy = new Database(join(options.backupsFolder, backups[0] ?? ''), { readonly: true })
    expect(copy.prepare('SELECT name FROM class').all()).toEqual([{ name: 'kept' }])
    copy.close()
  })

  test('brings a catalog of the first release along, with its labels, their history and its datasets', () => {
    const { file, options } = placeIn(temporaryFolder())
    const first = openCatalog(file, { ...options, migrations: allMigrations.slice(0, 1) })
    const label = { classId: 2, origin: 'person', who: '', assignedAtMs: 1 }
    const change = { classes: [], labels: [{ before: null, after: label, imageIds: [1] }] }
    transaction(first.writer, (tx) => {
      for (const name of ['bun', 'dog']) tx.prepare('INSERT INTO class (name, colour) VALUES (?, 0)').run(name)
      tx.prepare(
        `INSERT INTO image (path, state, size_bytes, modified_at_ms, changed_at_ms, unreadable_reason,
           unreadable_message, class_id, label_origin, label_who, labelled_at_ms)
         VALUES ('a.jpg', 'unreadable', 1, 1, 1, 'truncated', '', 2, 'person', '', 1)`,
      ).run()
      tx.prepare("INSERT INTO edit (description, image_count, at_ms, change) VALUES ('label', 1, 1, ?)").run(
        JSON.stringify(change),
      )
      tx.prepare("INSERT INTO dataset VALUES (1, 1, 0, ?, '[]', 'hash', '[]', 0)").run(
        JSON.stringify(['dog', 'gone', 'bun']),
      )
    })
    first.close()
    const catalog = openCatalog(file, options)
    expect(catalog.reader.prepare('SELECT class_index, class_id FROM dataset_class ORDER BY 1').all()).toEqual([
      { class_index: 0, class_id: 2 },
      { class_index: 2, class_id: 1 },
    ])
    const [image] = listImages(catalog.reader, { filter: {}, after: null, limit: 1 }).images
    expect(image).toMatchObject({ label: { classId: 2 }, isSkipped: false, prediction: null })
    expect(transaction(catalog.writer, undoEdit)).toMatchObject({ description: 'label' })
    expect(listImages(catalog.reader, { filter: {}, after: null, limit: 1 }).images[0]?.label).toBeNull()
    catalog.close()
  })

  test('brings a check of the labels along that was made before there were thorough ones', () => {
    const { file, options } = placeIn(temporaryFolder())
    const old = openCatalog(file, { ...options, migrations: allMigrations.slice(0, 7) })
    transaction(old.writer, (tx) => {
      for (const [id, likely] of [
        [1, 5],
        [2, 6],
      ] as const) {
        tx.prepare(
          `INSERT INTO image (id, path, state, size_bytes, modified_at_ms, changed_at_ms, unreadable_reason, unreadable_message)
           VALUES (?, ?, 'unreadable', 1, 1, 1, 'truncated', '')`,
        ).run(id, `${id}.jpg`)
        tx.prepare("INSERT INTO label_check VALUES (?, 'hash', 5, ?, 0.5, 0.5, 0.5, NULL, NULL)").run(id, likely)
      }
      tx.prepare('UPDATE project SET labels_checked_at_ms = 7').run()
    })
    old.close()
    const catalog = openCatalog(file, options)
    expect(readCheckSummary(catalog.reader)).toMatchObject({ atMs: 7, thorough: false, checked: 2, agreed: 1 })
    catalog.close()
  })

  test('leaves the old catalog where a migration fails half way', () => {
    const { file, options } = placeIn(temporaryFolder())
    openCatalog(file, options).close()
    const broken = { version: allMigrations.length + 1, sql: 'CREATE TABLE half (id INTEGER) STRICT; SELECT nothing;' }
    expect(() => openCatalog(file, { ...options, migrations: [...allMigrations, broken] })).toThrow(/nothing/)
    const orphan = {
      version: allMigrations.length + 1,
      sql: "PRAGMA defer_foreign_keys = ON; INSERT INTO run_event VALUES (9, 1, 0, '{}');",
    }
    expect(errorOf(() => openCatalog(file, { ...options, migrations: [...allMigrations, orphan] })).code).toBe(
      'catalog-damaged',
    )
    const catalog = openCatalog(file, options)
    expect(catalog.reader.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([])
    catalog.close()
  })
})

describe('backups', () => {
  test('are checked copies; the latest ten regular ones and all of upgrades are kept', () => {
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const catalog = openCatalog(file, options)
    const { connection } = catalog.writer
    const upgrade = backUp(connection, options.backupsFolder, 'upgrade')
    for (let at = 0; at < 13; at += 1) {
      addClass(catalog, `class ${at}`)
      backUp(connection, options.backupsFolder, 'regular')
    }
    catalog.close()
    const names = readdirSync(options.backupsFolder).sort()
    expect(names).toHaveLength(11)
    expect(existsSync(upgrade)).toBe(true)
    // Restoring is putting a copy in the catalog's place.
    const restored = join(temporaryFolder(), 'catalog.sqlite')
    copyFileSync(join(options.backupsFolder, names.at(-1) ?? ''), restored)
    const again = openCatalog(restored, options)
    expect(classNames(again)).toHaveLength(13)
    again.close()
  })

  test('that cannot be made leave nothing behind and keep the older ones', () => {
    const format = allMigrations.length
    const folder = temporaryFolder()
    const { file, options } = placeIn(folder)
    const catalog = openCatalog(file, options)
    mkdirSync(options.backupsFolder)
    writeFileSync(join(options.backupsFolder, `catalog-000007-format-${format}-regular.sqlite`), 'older')
    // A folder of that name stands in the way of the copy.
    mkdirSync(join(options.backupsFolder, `catalog-000008-format-${format}-regular.sqlite`))
    expect(() => backUp(catalog.writer.connection, options.backupsFolder, 'regular')).not.toThrow()
    mkdirSync(join(options.backupsFolder, `catalog-000010-format-${format}-regular.sqlite.new`))
    expect(() => backUp(catalog.writer.connection, options.backupsFolder, 'regular')).toThrow()
    expect(readdirSync(options.backupsFolder)).toContain(`catalog-000007-format-${format}-regular.sqlite`)
    catalog.close()
  })
})

function overwrite(file: string, from: number, length: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa7, from, from + length)
  writeFileSync(file, bytes)
}

function replaceByOther(file: string): void {
  writeFileSync(file, '')
  const other = new Database(file)
  other.exec('CREATE TABLE contact (name TEXT)')
  other.close()
}
