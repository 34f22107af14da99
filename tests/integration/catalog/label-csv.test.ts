import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromCsvCell, toCsvCell } from '../../../src/main/core/labels/csv-cell.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass } from '../../../src/main/core/labels/class-edits.ts'
import { listEdits, undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { exportCsv } from '../../../src/main/core/labels/export-csv.ts'
import { importCsv } from '../../../src/main/core/labels/import-csv.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { errorOf } from '../../support/app-errors.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'

/** Path and class of every labelled image. */
function labelsOf(project: OpenProject): Record<string, string> {
  const rows = project.reader
    .prepare<{ path: string; name: string }>(
      'SELECT path, name FROM image JOIN class ON class.id = class_id ORDER BY path',
    )
    .all()
  return Object.fromEntries(rows.map(({ path, name }) => [path, name]))
}

function write(content: string | Uint8Array): string {
  const file = join(temporaryFolder(), 'labels.csv')
  writeFileSync(file, content)
  return file
}

describe('reading labels from CSV', () => {
  test.each([
    ['plain lines', 'a.png,cat\nb.png,dog\n'],
    ['a header', 'path,class\na.png,cat\nb.png,dog\n'],
    ['a header with other columns in another order', 'split,Label,width,File\ntest,cat,7,a.png\n,dog,8,b.png\n'],
    ['a byte order mark and Windows line ends', '\ufeffpath,class\r\na.png,cat\r\nb.png,dog\r\n'],
    ['quotes', '"a.png","cat"\n"b.png","dog"'],
    ['empty lines and repeated ones', '\na.png,cat\n\n\nb.png,dog\na.png,cat\n\n'],
    ['paths as Windows and shells write them', '.\\a.png,cat\n./b.png,dog\n'],
    ['spaces around the class', 'a.png, cat \nb.png,\tdog\n'],
  ])('understands %s', (_, text) => {
    const project = openTestProject()
    addImages(project, ['a.png', 'b.png', 'c.png'])
    expect(importCsv(project.writer, write(text), 5)).toEqual({ labelled: 2, unchanged: 0, badLines: [] })
    expect(labelsOf(project)).toEqual({ 'a.png': 'cat', 'b.png': 'dog' })
    expect(listEdits(project.reader, 9)).toEqual([
      { id: 1, description: 'label images from labels.csv', imageCount: 2, atMs: 5 },
    ])
  })

  test('understands UTF-16 with its mark, as spreadsheets write it', () => {
    const project = openTestProject()
    addImages(project, ['é.png'])
    const file = write(Buffer.from('\ufeffé.png,straße', 'utf16le'))
    expect(importCsv(project.writer, file, 0).labelled).toBe(1)
    expect(labelsOf(project)).toEqual({ 'é.png': 'straße' })
  })

  test('names every bad line by its number and applies nothing', () => {
    const project = openTestProject()
    addImages(project, ['a.png', 'b.png', 'two\nlines.png'])
    const text = [
      'path,class',
      'a.png,cat',
      'gone.png,cat',
      '"two',
      'lines.png",cat',
      ',cat',
      'b.png',
      `b.png,${'x'.repeat(101)}`,
      '',
      'a.png,dog',
      '"b.png,cat',
    ].join('\n')
    expect(importCsv(project.writer, write(text), 0)).toEqual({
      labelled: 0,
      unchanged: 0,
      badLines: [
        { line: 3, problem: 'the catalog does not know gone.png' },
        { line: 6, problem: 'the path is empty' },
        { line: 7, problem: 'the line ends too early' },
        { line: 8, problem: 'a class name has at most 100 characters' },
        { line: 10, problem: 'line 2 gives the same image another class' },
        { line: 11, problem: 'its quotes do not end' },
      ],
    })
    expect(labelsOf(project)).toEqual({})
    expect(listEdits(project.reader, 9)).toEqual([])
    const columns = importCsv(project.writer, write('a.png,cat\nb.png;dog\na.png,cat,1\n'), 0)
    expect(columns.badLines.map(({ line }) => line)).toEqual([2, 3])
  })

  test('takes the label away where the class is empty, keeps whose a label is that says the same, and is undone at once', () => {
    const project = openTestProject()
    const [a, b] = addImages(project, ['a.png', 'b.png'])
    transaction(project.writer, (tx) => {
      const classId = createClass(tx, 'cat', 0).classId
      assignLabel(tx, { imageIds: [a ?? 0, b ?? 0], classId, origin: 'person', who: 'ann' }, 0)
    })
    expect(importCsv(project.writer, write('a.png,cat\nb.png,\n'), 9)).toEqual({
      labelled: 1,
      unchanged: 1,
      badLines: [],
    })
    expect(project.reader.prepare('SELECT path, label_origin, label_who FROM image ORDER BY path').all()).toEqual([
      { path: 'a.png', label_origin: 'person', label_who: 'ann' },
      { path: 'b.png', label_origin: null, label_who: null },
    ])
    transaction(project.writer, undoEdit)
    expect(labelsOf(project)).toEqual({ 'a.png': 'cat', 'b.png': 'cat' })
  })

  test('refuses what is not text, and says when there is no file', () => {
    const project = openTestProject()
    expect(errorOf(() => importCsv(project.writer, write(new Uint8Array([0x61, 0xe9, 0x2c])), 0)).code).toBe('bad-file')
    expect(errorOf(() => importCsv(project.writer, '/nowhere/labels.csv', 0)).code).toBe('not-found')
    expect(importCsv(project.writer, write(''), 0)).toEqual({ labelled: 0, unchanged: 0, badLines: [] })
  })
})

describe('writing labels to CSV', () => {
  test('comes back as it was, whatever the names', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
      fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'=+-@\'"\t\r\n,;1. ax\\'.split('')) }),
    )
    const isPath = (path: string) => !path.includes('\0') && !path.includes('/') && path !== '.' && path !== '..'
    const className = name
      .map((text) =>
        text
          .replaceAll(/\p{Cc}/gu, '')
          .normalize('NFC')
          .trim(),
      )
      .filter((text) => text !== '')
    const paths = fc.uniqueArray(name.filter(isPath), { minLength: 1, maxLength: 8 })
    const check = (drawn: readonly string[], classes: readonly string[]) => {
      const project = openTestProject()
      const ids = addImages(project, drawn)
      transaction(project.writer, (tx) => {
        for (const [at, id] of ids.entries()) {
          const wanted = classes[at % classes.length] ?? ''
          const row = tx.prepare<{ id: number }>('SELECT id FROM class WHERE name = ?').get(wanted)
          const classId =
            row === undefined
              ? createClass(tx, wanted, 0).classId
              : (row.id as ReturnType<typeof createClass>['classId'])
          assignLabel(tx, { imageIds: [id], classId, origin: 'person', who: '' }, 0)
        }
      })
      const before = labelsOf(project)
      const file = join(temporaryFolder(), 'out.csv')
      expect(exportCsv(project.reader, { file, overwrite: false })).toEqual({ file, lines: drawn.length })
      transaction(project.writer, (tx) =>
        assignLabel(tx, { imageIds: ids, classId: null, origin: 'person', who: '' }, 0),
      )
      expect(importCsv(project.writer, file, 0)).toEqual({ labelled: drawn.length, unchanged: 0, badLines: [] })
      expect(labelsOf(project)).toEqual(before)
    }
    fc.assert(fc.property(paths, fc.uniqueArray(className, { minLength: 1, maxLength: 4 }), check), {
      numRuns: 100,
      seed: 4,
    })
  })

  test('leaves nothing for a spreadsheet to compute, but plain numbers as they are', () => {
    for (const text of ['=1+1', '@SUM(A1)', '+x', '-x', '\t=1', "'=1", "''=1", '-1', '+2,5', '-', 'plain', "'tis"]) {
      expect(fromCsvCell(toCsvCell(text))).toBe(text)
    }
    expect(['=1', '-1', '-1+1', "'=1", "'tis"].map(toCsvCell)).toEqual(["'=1", '-1', "'-1+1", "''=1", "'tis"])
  })

  test('does not replace a file unless told to, and leaves nothing half written', () => {
    const project = openTestProject()
    const file = write('mine')
    const folder = join(file, '..')
    expect(errorOf(() => exportCsv(project.reader, { file, overwrite: false })).code).toBe('conflict')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    exportCsv(project.reader, { file, overwrite: true })
    expect(readFileSync(file, 'utf8')).toBe('path,class\n')
    expect(errorOf(() => exportCsv(project.reader, { file: join(folder, 'no', 'x.csv'), overwrite: false })).code).toBe(
      'not-found',
    )
    expect(readdirSync(folder)).toEqual([basename(file)])
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })

  test('writes one line for a path that had several images', () => {
    const project = openTestProject()
    addImages(project, ['a.png'])
    transaction(project.writer, (tx) => {
      const classId = createClass(tx, 'old', 0).classId
      assignLabel(tx, { imageIds: [1], classId, origin: 'person', who: '' }, 0)
      tx.prepare("UPDATE image SET state = 'missing'").run()
    })
    const file = join(temporaryFolder(), 'out.csv')
    expect(exportCsv(project.reader, { file, overwrite: false }).lines).toBe(1)
    // The image that has the path now has no label.
    addImages(project, ['a.png'])
    expect(exportCsv(project.reader, { file, overwrite: true }).lines).toBe(0)
  })
})
