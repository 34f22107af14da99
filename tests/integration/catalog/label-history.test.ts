import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { storePredictions } from '../../../src/main/core/catalog/predictions.ts'
import { acceptSuggestions } from '../../../src/main/core/labels/accept-suggestions.ts'
import { assignByName, assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import {
  createClass,
  deleteClass,
  mergeClasses,
  recolourClass,
  renameClass,
  setClassKey,
} from '../../../src/main/core/labels/class-edits.ts'
import { readClasses } from '../../../src/main/core/labels/class-repository.ts'
import { listEdits, readSteps, redoEdit, undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { importCsv } from '../../../src/main/core/labels/import-csv.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { confirmLabels } from '../../../src/main/core/labels/confirm-labels.ts'
import { skipImages } from '../../../src/main/core/labels/skip-images.ts'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { type ReadableDb, transaction, type WritableDb } from '../../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'
import { type ClassId, ImageId } from '../../../src/shared/domain/ids.ts'
import { LabelOrigin } from '../../../src/shared/domain/label.ts'
import { addModel } from '../../support/add-model.ts'
import { readableExamination, sha256Of } from '../../support/examinations.ts'
import {
  LabelModel,
  type ModelClass,
  type ModelLabel,
  type ModelState,
  moveImages,
  plain,
  renameEverywhere,
  setLabel,
} from '../../support/label-model.ts'
import { memoryDisk } from '../../support/temporary-folder.ts'

const imageCount = 12
const names = ['bun', 'dog', 'cat', 'owl'] as const
/** Sub-folders of the images: labels from folders make classes of the same names that a person may have made. */
const folders = ['bun', 'cat', 'fox']

/** Classes that are there from the start and that a model has learnt, and what it says of some images. */
const learnt = ['bun', 'dog', 'fox'] as const
const predictions = [
  { imageId: 1, probabilities: [0.9, 0.06, 0.04] },
  { imageId: 2, probabilities: [0.1, 0.7, 0.2] },
  { imageId: 3, probabilities: [0.2, 0.2, 0.6] },
  { imageId: 5, probabilities: [0.45, 0.4, 0.15] },
  { imageId: 8, probabilities: [0.01, 0.98, 0.01] },
]

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
  { weight: 2, arbitrary: fc.record({ do: fc.constant('by name' as const), name, images }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('skip' as const), images, isSkipped: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('confirm' as const), images }) },
  fc.record({ do: fc.constant('key' as const), name, key: fc.constantFrom('1', '2', 'x', null) }),
  fc.record({ do: fc.constant('accept' as const), images, confidenceMin: fc.constantFrom(0, 0.65, 0.95) }),
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
  tx.prepare('UPDATE project SET predictor_id = NULL').run()
  const tables = ['prediction', 'model', 'run', 'dataset_class', 'dataset', 'class_successor', 'edit', 'image', 'class']
  for (const table of [...tables, 'sqlite_sequence']) tx.prepare(`DELETE FROM ${table}`).run()
  for (let id = 1; id <= imageCount; id += 1)
    insertFound(tx, { path: pathOf(id), changedAtMs: 0, examination: readableExamination(String(id)) })
  for (const [at, one] of learnt.entries()) {
    tx.prepare('INSERT INTO class (name, colour, key) VALUES (?, ?, ?)').run(one, at, String(at + 1))
  }
  const rows = predictions.map(({ imageId, probabilities }) => ({
    imageId: ImageId.parse(imageId),
    contentHash: sha256Of(String(imageId)),
    probabilities: Float32Array.from(probabilities),
  }))
  storePredictions(tx, addModel(tx, learnt), rows)
}

interface ImageRow {
  readonly id: number
  readonly classId: number | null
  readonly origin: string
  readonly isSkipped: number
  readonly isConfirmed: number
  readonly predictedId: number | null
}

function stateOf(project: OpenProject): ModelState {
  const classes = new Map(readClasses(project.reader).map((one) => [one.id, one]))
  const nameOf = (id: number) => classes.get(id)?.name ?? `class ${id}`
  const rows = project.reader
    .prepare<ImageRow>(
      `SELECT id, class_id AS classId, label_origin AS origin, is_skipped AS isSkipped, is_confirmed AS isConfirmed,
         predicted_class_id AS predictedId
       FROM image ORDER BY id`,
    )
    .all()
  return {
    classes: new Map([...classes.values()].map((one) => [one.name, one])),
    labels: new Map(
      rows.flatMap(({ id, classId, origin }): [number, ModelLabel][] =>
        classId === null ? [] : [[id, { className: nameOf(classId), origin: LabelOrigin.parse(origin) }]],
      ),
    ),
    skipped: new Set(rows.filter(({ isSkipped }) => isSkipped === 1).map(({ id }) => id)),
    confirmed: new Set(rows.filter(({ isConfirmed }) => isConfirmed === 1).map(({ id }) => id)),
    predicted: new Map(
      rows.flatMap(({ id, predictedId }): [number, string][] =>
        predictedId === null ? [] : [[id, nameOf(predictedId)]],
      ),
    ),
  }
}

/** Colour and key of a class that an edit has made: which they are is for other tests. */
function lookOf(db: ReadableDb, className: string): ModelClass {
  const found = readClasses(db).find((one) => one.name === className)
  return { colour: found?.colour ?? -1, key: found?.key ?? null }
}

test('500 random histories of every kind of edit agree with a stack of whole states', () => {
  let opened = open()
  const run = (commands: readonly Command[]) => {
    transaction(opened.project.writer, reset)
    const model = new LabelModel(stateOf(opened.project))
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
      const { undo, redo } = readSteps(opened.project.reader)
      expect([undo !== null, redo !== null]).toEqual([model.undoable > 0, model.redoable > 0])
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
      model.edit(({ classes }) => classes.set(one.name, lookOf(tx, one.name)))
      return
    }
    case 'rename': {
      const classId = idOf(one.from)
      if (classId === undefined || idOf(one.name) !== undefined) return
      renameClass(tx, { classId, name: one.name }, 0)
      model.edit((state) => renameEverywhere(state, one.from, one.name), true)
      return
    }
    case 'recolour': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      recolourClass(tx, { classId, colour: one.colour }, 0)
      model.edit(({ classes }) => {
        const known = classes.get(one.name)
        if (known !== undefined) classes.set(one.name, { ...known, colour: one.colour })
      })
      return
    }
    case 'key': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      setClassKey(tx, { classId, key: one.key }, 0)
      model.edit(({ classes }) => {
        for (const [className, known] of classes) {
          if (className === one.name) classes.set(className, { ...known, key: one.key })
          else if (one.key !== null && known.key === one.key) classes.set(className, { ...known, key: null })
        }
      })
      return
    }
    case 'merge': {
      const [from, into] = [idOf(one.from), idOf(one.into)]
      if (from === undefined || into === undefined || from === into) return
      mergeClasses(tx, { from, into }, 0)
      model.edit((state) => {
        state.classes.delete(one.from)
        moveImages(state, one.from, one.into)
      })
      return
    }
    case 'delete': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      deleteClass(tx, classId, 0)
      model.edit(({ classes, labels, predicted }) => {
        classes.delete(one.name)
        for (const [id, { className }] of labels) if (className === one.name) labels.delete(id)
        for (const [id, className] of predicted) if (className === one.name) predicted.delete(id)
      })
      return
    }
    case 'assign': {
      const classId = idOf(one.name)
      if (classId === undefined) return
      assignLabel(tx, { imageIds: one.images, classId, origin: 'person', who: '' }, 0)
      model.edit((state) => {
        for (const id of one.images) setLabel(state, id, { className: one.name, origin: 'person' })
      })
      return
    }
    case 'by name':
      assignByName(tx, { imageIds: one.images, name: one.name, who: '' }, 0)
      model.edit((state) => {
        if (!state.classes.has(one.name)) state.classes.set(one.name, lookOf(tx, one.name))
        for (const id of one.images) setLabel(state, id, { className: one.name, origin: 'person' })
      })
      return
    case 'unlabel':
      assignLabel(tx, { imageIds: one.images, classId: null, origin: 'person', who: '' }, 0)
      model.edit(({ labels }) => {
        for (const id of one.images) labels.delete(id)
      })
      return
    case 'skip':
      skipImages(tx, { imageIds: one.images, isSkipped: one.isSkipped }, 0)
      model.edit(({ labels, skipped }) => {
        for (const id of one.images) {
          if (!one.isSkipped) skipped.delete(id)
          else if (!labels.has(id)) skipped.add(id)
        }
      })
      return
    case 'confirm':
      confirmLabels(tx, { imageIds: one.images, who: '' }, 0)
      model.edit((state) => {
        for (const id of one.images) {
          const label = state.labels.get(id)
          if (label === undefined || state.confirmed.has(id)) continue
          state.labels.set(id, { className: label.className, origin: 'person' })
          state.confirmed.add(id)
        }
      })
      return
    case 'accept':
      acceptSuggestions(tx, { imageIds: one.images, confidenceMin: one.confidenceMin }, 0)
      model.edit((state) => {
        for (const { imageId, probabilities } of predictions) {
          const className = state.predicted.get(imageId)
          if (className === undefined || state.labels.has(imageId) || !one.images.includes(imageId)) continue
          // Stored as 32-bit floats, and none of them is near a threshold.
          if (Math.max(...probabilities) >= one.confidenceMin) setLabel(state, imageId, { className, origin: 'model' })
        }
      })
      return
    case 'folders': {
      const before = model.state
      const { labelled } = labelFromFolders(tx, 0)
      // Each image is offered its folder once; what a person has said before is kept.
      expect(labelled).toBe(offered.done ? 0 : imageCount - before.labels.size)
      offered.done = true
      if (labelled === 0) return
      model.edit((state) => {
        const unlabelled = Array.from({ length: imageCount }, (_, at) => at + 1).filter((id) => !state.labels.has(id))
        const wanted = new Set(unlabelled.map((id) => pathOf(id).split('/')[0] ?? ''))
        for (const folder of [...wanted].sort()) {
          if (!state.classes.has(folder)) state.classes.set(folder, lookOf(tx, folder))
        }
        for (const id of unlabelled)
          setLabel(state, id, { className: pathOf(id).split('/')[0] ?? '', origin: 'folder' })
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
  model.edit((state) => {
    for (const [id, className] of lines) {
      if (!state.classes.has(className)) state.classes.set(className, lookOf(project.reader, className))
      if (state.labels.get(id)?.className !== className) setLabel(state, id, { className, origin: 'csv' })
    }
  })
}
