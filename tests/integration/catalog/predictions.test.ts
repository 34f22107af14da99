import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { getImages, listImages } from '../../../src/main/core/catalog/list-images.ts'
import {
  forgetPredictions,
  imagesToPredict,
  imagesWithoutLabel,
  storeDraft,
  storePredictions,
} from '../../../src/main/core/catalog/predictions.ts'
import { draftRow, readPredictor } from '../../../src/main/core/catalog/model-classes.ts'
import { orderImages } from '../../../src/main/core/catalog/order-images.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { allMigrations } from '../../../src/main/core/database/migrations/all-migrations.ts'
import { openCatalog } from '../../../src/main/core/database/open-catalog.ts'
import { rowOf } from '../../../src/main/core/database/row-ids.ts'
import { acceptSuggestions } from '../../../src/main/core/labels/accept-suggestions.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass, deleteClass, mergeClasses, renameClass } from '../../../src/main/core/labels/class-edits.ts'
import { undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { type ClassId, ImageId, type ModelId } from '../../../src/shared/domain/ids.ts'
import { addModel } from '../../support/add-model.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { addImages, openTestProject, runImport } from '../../support/test-project.ts'

interface Predicted {
  readonly project: OpenProject
  readonly bun: ClassId
  readonly dog: ClassId
  readonly modelId: ModelId
}

/** A project with the classes bun and dog, and a model that knows them and has predicted all readable images. */
function predicted(project: OpenProject, isBun: (path: string) => boolean): Predicted {
  const [bun, dog] = transaction(project.writer, (tx) => [
    createClass(tx, 'bun', 0).classId,
    createClass(tx, 'dog', 0).classId,
  ])
  if (bun === undefined || dog === undefined) throw new Error('two classes were made')
  const modelId = transaction(project.writer, (tx) => addModel(tx, ['bun', 'dog']))
  predictAll(project, modelId, isBun)
  return { project, bun, dog, modelId }
}

function predictAll(project: OpenProject, modelId: ModelId, isBun: (path: string) => boolean): string[] {
  const images = imagesToPredict(project.reader, modelId, 'all')
  const rows = images.map(({ imageId, contentHash, path }) => ({
    imageId,
    contentHash,
    probabilities: Float32Array.from(isBun(path) ? [0.75, 0.25] : [0.25, 0.75]),
  }))
  transaction(project.writer, (tx) => storePredictions(tx, modelId, rows))
  return images.map(({ path }) => path)
}

/** By path: the id of the predicted class, or null. */
function saying({ reader }: OpenProject): Record<string, number | null> {
  const { images } = listImages(reader, { filter: {}, after: null, limit: 100 })
  return Object.fromEntries(images.map(({ path, prediction }) => [path, prediction?.classId ?? null]))
}

test('follow a file that moves, are hidden while it is missing or edited, and count again when it is back', async () => {
  const project = openTestProject()
  const folder = project.imageFolder
  const [one, two, other] = [1, 2, 3].map((seed) => bitmap(seed, { sidePx: 8 }))
  if (one === undefined || two === undefined || other === undefined) throw new Error('three pictures were drawn')
  writeFiles(folder, { 'one.bmp': one, 'two.bmp': two })
  await runImport(project)
  const { bun, dog, modelId } = predicted(project, (path) => path === 'one.bmp')
  expect(saying(project)).toEqual({ 'one.bmp': bun, 'two.bmp': dog })
  expect(imagesToPredict(project.reader, modelId, 'all')).toEqual([])

  renameSync(join(folder, 'one.bmp'), join(folder, 'moved.bmp'))
  writeFiles(folder, { 'two.bmp': other })
  await runImport(project)
  expect(saying(project)).toEqual({ 'moved.bmp': bun, 'two.bmp': null })
  expect(imagesToPredict(project.reader, modelId, 'all').map(({ path }) => path)).toEqual(['two.bmp'])

  renameSync(join(folder, 'moved.bmp'), join(folder, '..', 'elsewhere.bmp'))
  writeFiles(folder, { 'two.bmp': two })
  await runImport(project)
  expect(saying(project)).toEqual({ 'moved.bmp': null, 'two.bmp': dog })
  renameSync(join(folder, '..', 'elsewhere.bmp'), join(folder, 'moved.bmp'))
  await runImport(project)
  expect(saying(project)).toEqual({ 'moved.bmp': bun, 'two.bmp': dog })
})

test('are those of the model that predicted last; without it those of the newest other', () => {
  const project = openTestProject()
  const ids = addImages(project, ['a.jpg', 'b.jpg'])
  const { bun, dog, modelId } = predicted(project, (path) => path === 'a.jpg')
  const later = transaction(project.writer, (tx) => addModel(tx, ['bun', 'dog']))
  const [first] = imagesToPredict(project.reader, later, 'all')
  if (first === undefined) throw new Error('there are images to predict')
  transaction(project.writer, (tx) =>
    storePredictions(tx, later, [
      { ...first, probabilities: Float32Array.from([0.1, 0.9]) },
      { imageId: ImageId.parse(99), contentHash: first.contentHash, probabilities: Float32Array.from([1, 0]) },
    ]),
  )
  expect(saying(project)).toEqual({ 'a.jpg': dog, 'b.jpg': null })
  expect(getImages(project.reader, [first.imageId])[0]?.prediction).toMatchObject({ modelId: later })
  // Predicting nothing more is predicting last, too.
  transaction(project.writer, (tx) => storePredictions(tx, modelId, []))
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
  transaction(project.writer, (tx) => storePredictions(tx, later, []))
  transaction(project.writer, (tx) => forgetPredictions(tx, later))
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
  transaction(project.writer, (tx) => forgetPredictions(tx, modelId))
  expect(saying(project)).toEqual({ 'a.jpg': null, 'b.jpg': null })
  expect(imagesToPredict(project.reader, modelId, 'all')).toHaveLength(ids.length)
  // Nothing refers to the model any more.
  transaction(project.writer, (tx) => tx.prepare('DELETE FROM model WHERE id = ?').run(rowOf(modelId)))
})

test('a draft says it in the place of the draft before, and a model that predicts in its place', () => {
  const project = openTestProject()
  const [first] = addImages(project, ['a.jpg', 'b.jpg'])
  const { bun, dog, modelId } = predicted(project, (path) => path === 'a.jpg')
  const draft = (isBun: (path: string) => boolean, paths = ['a.jpg', 'b.jpg']) => {
    const rows = imagesWithoutLabel(project.reader)
      .filter(({ path }) => paths.includes(path))
      .map((image) => ({ ...image, probabilities: Float32Array.from(isBun(image.path) ? [0.1, 0.9] : [0.9, 0.1]) }))
    transaction(project.writer, (tx) => storeDraft(tx, [dog, bun], rows))
  }
  const modelOf = (id: number | undefined) => getImages(project.reader, [ImageId.parse(id)])[0]?.prediction?.modelId
  draft((path) => path === 'b.jpg')
  expect(saying(project)).toEqual({ 'a.jpg': dog, 'b.jpg': bun })
  expect(modelOf(first)).toBeNull()
  // Of what it does not know, nothing is left of the one before.
  draft(() => true, ['a.jpg'])
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': null })
  transaction(project.writer, (tx) => mergeClasses(tx, { from: bun, into: dog }, 0))
  expect(saying(project)).toEqual({ 'a.jpg': dog, 'b.jpg': null })
  transaction(project.writer, undoEdit)
  const edit = transaction(project.writer, (tx) =>
    acceptSuggestions(tx, { imageIds: [first ?? 0], confidenceMin: 0 }, 0),
  )
  expect(edit.imageCount).toBe(1)
  expect(getImages(project.reader, [ImageId.parse(first)])[0]?.label).toMatchObject({ classId: bun, who: '' })
  transaction(project.writer, undoEdit)
  transaction(project.writer, (tx) => storePredictions(tx, modelId, []))
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
  expect(modelOf(first)).toBe(modelId)
  // Without the model, the draft is what is left.
  transaction(project.writer, (tx) => forgetPredictions(tx, modelId))
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': null })
})

test('a catalog from before drafts keeps what models said, and which one said it last', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'catalog.sqlite')
  const options = { nowMs: 1, backupsFolder: join(folder, 'backups') }
  const old = openCatalog(file, { ...options, migrations: allMigrations.slice(0, 6) })
  transaction(old.writer, (tx) => {
    const row = rowOf(addModel(tx, ['bun', 'dog']))
    tx.prepare(
      `INSERT INTO image (path, state, size_bytes, modified_at_ms, changed_at_ms, unreadable_reason, unreadable_message)
       VALUES ('a.jpg', 'unreadable', 1, 1, 1, 'truncated', '')`,
    ).run()
    tx.prepare("INSERT INTO prediction VALUES (?, 1, 'hash', 1, 0.75, 0.5, x'00')").run(row)
    tx.prepare('UPDATE project SET predictor_id = ?').run(row)
  })
  const said = 'SELECT prediction.*, predictor_id FROM prediction, project'
  const before = old.reader.prepare(said).all()
  old.close()
  const catalog = openCatalog(file, options)
  expect(before).toHaveLength(1)
  expect(catalog.reader.prepare(said).all()).toEqual(before)
  transaction(catalog.writer, (tx) => storeDraft(tx, [], []))
  expect(readPredictor(catalog.reader)).toBe(draftRow)
  catalog.close()
})

test('mean the class that was renamed or merged, but not one that was made anew', () => {
  const project = openTestProject()
  addImages(project, ['a.jpg', 'b.jpg'])
  const { bun, dog } = predicted(project, (path) => path === 'a.jpg')
  const edit = (work: (tx: Parameters<typeof undoEdit>[0]) => unknown) => transaction(project.writer, work)
  edit((tx) => {
    renameClass(tx, { classId: bun, name: 'roll' }, 0)
  })
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
  edit((tx) => mergeClasses(tx, { from: bun, into: dog }, 0))
  expect(saying(project)).toEqual({ 'a.jpg': dog, 'b.jpg': dog })
  edit(undoEdit)
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
  // It was merged once, which was undone: gone is gone.
  edit((tx) => deleteClass(tx, bun, 0))
  expect(saying(project)).toEqual({ 'a.jpg': null, 'b.jpg': dog })
  edit((tx) => createClass(tx, 'roll', 0))
  expect(saying(project)).toEqual({ 'a.jpg': null, 'b.jpg': dog })
  edit(undoEdit)
  edit(undoEdit)
  expect(saying(project)).toEqual({ 'a.jpg': bun, 'b.jpg': dog })
})

test('are wanted of unlabelled images first', () => {
  const project = openTestProject()
  const [first] = addImages(project, ['a.jpg', 'b.jpg', 'c.jpg'])
  const { bun } = predicted(project, () => true)
  const later = transaction(project.writer, (tx) => addModel(tx, ['bun', 'dog']))
  transaction(project.writer, (tx) =>
    assignLabel(tx, { imageIds: [first ?? 0], classId: bun, origin: 'person', who: '' }, 0),
  )
  const paths = (scope: 'unlabelled' | 'all') => imagesToPredict(project.reader, later, scope).map(({ path }) => path)
  expect(paths('all')).toEqual(['b.jpg', 'c.jpg', 'a.jpg'])
  expect(paths('unlabelled')).toEqual(['b.jpg', 'c.jpg'])
})

test('sort by loss as soon as a label is given, changed or taken back', () => {
  const project = openTestProject()
  const [a, b] = addImages(project, ['a.jpg', 'b.jpg'])
  const { bun, dog } = predicted(project, (path) => path === 'a.jpg')
  const label = (imageId: number | undefined, classId: ClassId) =>
    transaction(project.writer, (tx) =>
      assignLabel(tx, { imageIds: [imageId ?? 0], classId, origin: 'person', who: '' }, 0),
    )
  const order = () => orderImages(project.reader, { filter: {}, sort: 'loss' })
  label(b, dog)
  expect(order()).toEqual([b, a])
  label(a, bun)
  // Both are right, and equally so: by path.
  expect(order()).toEqual([a, b])
  label(b, bun)
  expect(order()).toEqual([b, a])
  transaction(project.writer, undoEdit)
  expect(order()).toEqual([a, b])
})
