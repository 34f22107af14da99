import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import {
  createClass,
  deleteClass,
  mergeClasses,
  recolourClass,
  renameClass,
} from '../../../src/main/core/labels/class-edits.ts'
import { readClasses } from '../../../src/main/core/labels/class-repository.ts'
import { listEdits, redoEdit, undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { importCsv } from '../../../src/main/core/labels/import-csv.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction, type WritableDb } from '../../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'
import type { ClassId } from '../../../src/shared/domain/ids.ts'
import { LabelOrigin } from '../../../src/shared/domain/label.ts'
import { readableExamination } from '../../support/examinations.ts'
import { LabelModel, type ModelLabel, type ModelState, plain } from '../../support/label-model.ts'
import { memoryDisk } from '../../support/temporary-folder.ts'

const imageCount = 12
const names = ['bun', 'dog', 'cat', 'owl'] as const
/** Sub-folders of the images: labels from folders make classes of the same names that a person may have made. */
const folders = ['bun', 'cat', 'fox']

const name = fc.constantFrom(...names)
const images = fc.uniqueArray(fc.integer({ min: 1, max: imageCount }), { minLength: 1, maxLength: 6 })
const command = fc.oneof(
  fc.record({ do: fc.constant('create' as const), name }),
  fc.record({ do: fc.constant('rename' as const), from: name, name }),
  fc.record({ do: fc.constant('recolour' as const), name, colour: fc.nat({ max: 23 }) }),
  fc.record({ do: fc.constant('merge' as const), from: name, into: name }),
  fc.record({ do: fc.constant('delete' as const), name }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('assign' as const), name, images }) },
  fc.record({ do: fc.constant('unlabel' as const), images }),
  fc.record({
    do: fc.constant('csv' as const),
    lines: fc.array(fc.tuple(fc.integer({ min: 1, max: imageCount }), name)),
  }),
  fc.record({ do: fc.constant('folders' as const) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('redo' as const) }) },
  fc.record({ do: fc.constant('restart' as const) }),
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

const base = mkdtempSync(join(memoryDisk, 'athanor-history-'))
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
})

const imageFolder = join(base, 'images')
mkdirSync(imageFolder)
const csvFile = join(base, 'labels.csv')

function pathOf(imageId: number): string {
  return `${folders[imageId % folders.length] ?? ''}/${imageId}.png`
}

function open(): { project: OpenProject; close: () => void } {
  const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: true }), 0)
  return { project, close: () => catalog.close() }
}

function reset(tx: WritableDb): void {
  for (const table of ['edit', 'image', 'class', 'sqlite_sequence']) tx.prepare(`DELETE FROM ${table}`).run()
  for (let id = 1; id <= imageCount; id += 1)
    insertFound(tx, { path: pathOf(id), changedAtMs: 0, examination: readableExamination(String(id)) })
}

function stateOf(project: OpenProject): ModelState {
  const classes = new Map(readClasses(project.reader).map((one) => [one.id, one]))
  const rows = project.reader
    .prepare<{ id: number; classId: number; origin: string }>(
      'SELECT id, class_id AS classId, label_origin AS origin FROM image WHERE class_id IS NOT NULL ORDER BY id',
    )
    .all()
  return {
    classes: new Map([...classes.values()].map((one) => [one.name, one.colour])),
    labels: new Map(
      rows.map(({ id, classId, origin }): [number, ModelLabel] => {
        return [id, { className: classes.get(classId)?.name ?? '?', origin: LabelOrigin.parse(origin) }]
      }),
    ),
  }
}

test('500 random histories of every kind of edit agree with a stack of whole states', () => {
  let opened = open()
  const run = (commands: readonly Command[]) => {
    transaction(opened.project.writer, reset)
    const model = new LabelModel()
    const offered = { done: false }
    for (const one of commands) {
      if (one.do === 'restart') {
        opened.close()
        opened = open()
      } else {
        transaction(opened.project.writer, (tx) => perform(tx, one, model, offered))
        if (one.do === 'csv') performCsv(opened.project, one.lines, model)
      }
      expect(plain(stateOf(opened.project))).toEqual(plain(model.state))
      expect(listEdits(opened.project.reader, 1000)).toHaveLength(model.undoable)
    }
  }
  try {
    fc.assert(fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), run), { numRuns: 500, seed: 20 })
  } finally {
    opened.close()
  }
})

function perform(
  tx: WritableDb,
  one: Exclude<Command, { do: 'restart' }>,
  model: LabelModel,
  offered: { done: boolean },
) {
  const stored = new Map(readClasses(tx).map((row) => [row.name, row]))
  const idOf = (className: string) => stored.get(className)?.id as ClassId | undefined
  switch (one.do) {
    case 'create': {
      if (idOf(one.name) !== undefined) return
      createClass(tx, one.name, 0)
      const colour = new Map(readClasses(tx).map((row) => [row.name, row.colour])).get(one.name) ?? -1
      model.edit(({ classes }) => classes.set(one.name, colour))
      return
    }
    case 'rename': {
      const classId = idOf(one.from)
      if (classId === undefined || idOf(one.name) !== undefined) return
      renameClass(tx, { classId, name: one.name }, 0)
      model.edit((state) => {
        // A class keeps its place in the order.
        const renamed = [...state.classes].map(([old, colour]) => [old === one.from ? one.name : old, colour] as const)
        state.classes.clear()
        for (const [className, colour] of renamed) state.classes.set(className, colour)
        relabel(state.labels, one.from, one.name)
      })
      return
    }
    case 'recolour': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      recolourClass(tx, { classId, colour: one.colour }, 0)
      model.edit(({ classes }) => classes.set(one.name, one.colour))
      return
    }
    case 'merge': {
      const [from, into] = [idOf(one.from), idOf(one.into)]
      if (from === undefined || into === undefined || from === into) return
      mergeClasses(tx, { from, into }, 0)
      model.edit((state) => {
        state.classes.delete(one.from)
        relabel(state.labels, one.from, one.into)
      })
      return
    }
    case 'delete': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      deleteClass(tx, classId, 0)
      model.edit((state) => {
        state.classes.delete(one.name)
        for (const [id, { className }] of state.labels) if (className === one.name) state.labels.delete(id)
      })
      return
    }
    case 'assign': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      assignLabel(tx, { imageIds: one.images, classId, origin: 'person', who: '' }, 0)
      model.edit(({ labels }) => {
        for (const id of one.images) labels.set(id, { className: one.name, origin: 'person' })
      })
      return
    }
    case 'unlabel':
      assignLabel(tx, { imageIds: one.images, classId: null, origin: 'person', who: '' }, 0)
      model.edit(({ labels }) => {
        for (const id of one.images) labels.delete(id)
      })
      return
    case 'folders': {
      const before = model.state
      const { labelled } = labelFromFolders(tx, 0)
      // Each image is offered its folder once; what a person has said before is kept.
      expect(labelled).toBe(offered.done ? 0 : imageCount - before.labels.size)
      offered.done = true
      if (labelled === 0) return
      const colours = new Map(readClasses(tx).map((row) => [row.name, row.colour]))
      model.edit((state) => {
        const unlabelled = Array.from({ length: imageCount }, (_, at) => at + 1).filter((id) => !state.labels.has(id))
        const wanted = new Set(unlabelled.map((id) => pathOf(id).split('/')[0] ?? ''))
        for (const folder of [...wanted].sort()) {
          if (!state.classes.has(folder)) state.classes.set(folder, colours.get(folder) ?? -1)
        }
        for (const id of unlabelled)
          state.labels.set(id, { className: pathOf(id).split('/')[0] ?? '', origin: 'folder' })
      })
      return
    }
    case 'undo':
      expect(undoEdit(tx) !== null).toBe(model.undo())
      return
    case 'redo':
      expect(redoEdit(tx) !== null).toBe(model.redo())
      return
    case 'csv':
      return
  }
}

function performCsv(project: OpenProject, lines: readonly (readonly [number, string])[], model: LabelModel): void {
  writeFileSync(csvFile, lines.map(([id, className]) => `${pathOf(id)},${className}\n`).join(''))
  const isConflicting = lines.some(([id, className]) =>
    lines.some(([other, wish]) => other === id && wish !== className),
  )
  const { badLines } = importCsv(project.writer, csvFile, 0)
  expect(badLines.length > 0).toBe(isConflicting)
  if (isConflicting) return
  const colours = new Map(readClasses(project.reader).map((row) => [row.name, row.colour]))
  model.edit(({ classes, labels }) => {
    for (const [id, className] of lines) {
      if (!classes.has(className)) classes.set(className, colours.get(className) ?? -1)
      if (labels.get(id)?.className !== className) labels.set(id, { className, origin: 'csv' })
    }
  })
}

function relabel(labels: Map<number, ModelLabel>, from: string, to: string): void {
  for (const [id, label] of labels) if (label.className === from) labels.set(id, { ...label, className: to })
}
