import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImageFilter } from '../../../src/shared/contract/catalog.ts'
import { ImageSort } from '../../../src/shared/contract/catalog.ts'
import { countImages } from '../../../src/main/core/catalog/count-images.ts'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import { getImages, listImages } from '../../../src/main/core/catalog/list-images.ts'
import { locateImage, orderImages } from '../../../src/main/core/catalog/order-images.ts'
import { storePredictions } from '../../../src/main/core/catalog/predictions.ts'
import { refreshPredictions } from '../../../src/main/core/catalog/refresh-predictions.ts'
import { selectImages } from '../../../src/main/core/catalog/select-images.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { type CheckedLabel, storeCheck } from '../../../src/main/core/checks/label-check-repository.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass, deleteClass, mergeClasses } from '../../../src/main/core/labels/class-edits.ts'
import { ClassId, ImageId } from '../../../src/shared/domain/ids.ts'
import type { Image } from '../../../src/shared/domain/image.ts'
import { addModel } from '../../support/add-model.ts'
import { countsOf, type LabelFigures, passes, sorted } from '../../support/browse-reference.ts'
import { readableExamination } from '../../support/examinations.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'

const classId = (id: number) => ClassId.parse(id)
const classIds = fc.constantFrom(1, 2, 3, 4).map(classId)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 })

const image = fc.record({
  path: fc.tuple(fc.constantFrom('a', 'B', 'c'), fc.constantFrom('x', 'Y', 'z')).map((parts) => parts.join('/')),
  content: fc.integer({ min: 1, max: 12 }),
  state: fc.constantFrom('readable', 'readable', 'readable', 'unreadable', 'missing'),
  modifiedAtMs: fc.integer({ min: 1, max: 4 }),
  split: fc.constantFrom('train', 'validation', 'test', null),
  labelledAs: fc.option(fc.record({ classId: classIds, origin: fc.constantFrom('person', 'model', 'csv') }), {
    freq: 1,
  }),
  isSkipped: fc.boolean(),
  probabilities: fc.option(fc.array(fc.constantFrom(0.1, 0.2, 0.5, 0.9), { minLength: 3, maxLength: 3 }), { freq: 3 }),
  checked: fc.option(
    fc.record({
      reason: fc.constantFrom('looks-like-another' as const, 'outlier' as const, null),
      doubtRatio: fc.constantFrom(0.2, 0.5, 0.9),
      /** The check saw another label than the image has. */
      isOfAnother: fc.boolean(),
    }),
    { freq: 3 },
  ),
  /** The file was changed after it had been predicted and checked. */
  isChanged: fc.boolean(),
})
const change = fc.oneof(
  fc.record({ do: fc.constant('label' as const), at: fc.nat({ max: 29 }), classId: fc.option(classIds) }),
  fc.record({ do: fc.constant('merge' as const), from: classIds, into: classIds }),
  fc.record({ do: fc.constant('delete' as const), classId: classIds }),
)
const filter = fc
  .record({
    classId: maybe(fc.oneof(classIds, fc.constantFrom('unlabelled' as const, 'labelled' as const))),
    split: maybe(fc.constantFrom('train' as const, 'test' as const, 'none' as const)),
    state: maybe(fc.constantFrom('readable' as const, 'unreadable' as const, 'missing' as const)),
    unreadableReason: maybe(fc.constantFrom('truncated' as const, 'empty' as const)),
    origin: maybe(fc.constantFrom('person' as const, 'model' as const)),
    pathContains: maybe(fc.constantFrom('b/', 'X', 'a', '/')),
    duplicated: maybe(fc.boolean()),
    skipped: maybe(fc.boolean()),
    predictedClassId: maybe(classIds),
    disagrees: maybe(fc.boolean()),
    suggested: maybe(fc.boolean()),
    confidenceMin: maybe(fc.constantFrom(0.4, 0.6, 0.8)),
  })
  // Most conditions are absent, so that what is left over is seldom empty.
  .chain((all) => fc.subarray(Object.keys(all)).map((kept) => pick(all, kept.slice(0, 3))))
type Row = typeof image extends fc.Arbitrary<infer Value> ? Value : never
type ChangeWish = typeof change extends fc.Arbitrary<infer Value> ? Value : never

function pick(all: Readonly<Record<string, unknown>>, kept: readonly string[]): ImageFilter {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => kept.includes(name) && value !== undefined))
}

/** What each output of the model stands for now, kept apart from the catalog. */
interface Truth {
  meanings: (number | null)[]
  readonly probabilities: Map<number, readonly number[]>
  readonly checks: Map<number, CheckedLabel>
}

function fill(project: OpenProject, rows: readonly Row[]): Truth {
  const truth: Truth = { meanings: [1, 2, 3], probabilities: new Map(), checks: new Map() }
  transaction(project.writer, (tx) => {
    for (const name of ['one', 'two', 'three', 'four']) createClass(tx, name, 0)
    const modelId = addModel(tx, ['one', 'two', 'three'])
    const presentPaths = new Set<string>()
    for (const [at, row] of rows.entries()) {
      const examination = readableExamination(String(row.content))
      // A missing image may have a path that another one has by now.
      const isFree = row.state === 'missing' || !presentPaths.has(row.path)
      const path = isFree ? row.path : `${row.path}-${at}`
      if (row.state !== 'missing') presentPaths.add(row.path)
      const found = { ...examination, modifiedAtMs: row.modifiedAtMs }
      const id = insertFound(tx, { path: `new ${at}`, changedAtMs: 0, examination: found })
      if (row.probabilities !== null) {
        const sum = row.probabilities.reduce((total, one) => total + one, 0)
        const probabilities = Float32Array.from(row.probabilities, (one) => one / sum)
        storePredictions(tx, modelId, [
          { imageId: ImageId.parse(id), contentHash: examination.contentHash, probabilities },
        ])
        if (row.state === 'readable' && !row.isChanged) truth.probabilities.set(id, [...probabilities])
      }
      if (row.isChanged) {
        tx.prepare('UPDATE image SET content_hash = ? WHERE id = ?').run(
          readableExamination(`changed ${row.content}`).contentHash,
          id,
        )
      }
      const isBroken = row.state === 'unreadable'
      tx.prepare(
        'UPDATE image SET path = ?, state = ?, unreadable_reason = ?, unreadable_message = ?, split = ? WHERE id = ?',
      ).run(path, row.state, isBroken ? 'truncated' : null, isBroken ? 'It ends too early.' : null, row.split, id)
      if (row.labelledAs !== null) assignLabel(tx, { imageIds: [id], ...row.labelledAs, who: '' }, 0)
      if (row.labelledAs !== null && row.checked !== null) {
        const { isOfAnother, ...said } = row.checked
        truth.checks.set(id, {
          ...{ imageId: id, contentHash: examination.contentHash, likelyClassId: 2, otherImageId: null, ...said },
          ...{ unseenClassId: 2, labelProbability: 0.1, likelyProbability: 0.7 },
          classId: isOfAnother ? 5 : row.labelledAs.classId,
        })
      }
      if (row.labelledAs === null)
        tx.prepare('UPDATE image SET is_skipped = ? WHERE id = ?').run(row.isSkipped ? 1 : 0, id)
    }
    storeCheck(tx, [...truth.checks.values()], { atMs: 1, thorough: false })
    // As the end of an import does it.
    refreshPredictions(tx, null)
  })
  return truth
}

function perform(project: OpenProject, wish: ChangeWish, truth: Truth): void {
  const known = new Set(
    project.reader
      .prepare<{ id: number }>('SELECT id FROM class')
      .all()
      .map(({ id }) => id),
  )
  transaction(project.writer, (tx) => {
    if (wish.do === 'label') {
      if (wish.classId !== null && !known.has(wish.classId)) return
      assignLabel(tx, { imageIds: [wish.at + 1], classId: wish.classId, origin: 'person', who: '' }, 0)
    } else if (wish.do === 'merge') {
      if (wish.from === wish.into || !known.has(wish.from) || !known.has(wish.into)) return
      mergeClasses(tx, wish, 0)
      truth.meanings = truth.meanings.map((id) => (id === wish.from ? wish.into : id))
    } else if (known.has(wish.classId)) {
      deleteClass(tx, wish.classId, 0)
      truth.meanings = truth.meanings.map((id) => (id === wish.classId ? null : id))
    }
  })
}

function figuresOf({ meanings, probabilities, checks }: Truth): LabelFigures {
  const doubtOf = ({ id, label, contentHash }: Image) => {
    const check = checks.get(id)
    const isAsChecked = check?.classId === label?.classId && check?.contentHash === contentHash
    return check !== undefined && isAsChecked ? check.doubtRatio : null
  }
  const lossOf = ({ id, label }: Image) => {
    const said = probabilities.get(id)
    if (said === undefined || label === null || !meanings.includes(label.classId)) return null
    return -Math.log(
      Math.min(
        1,
        said.reduce((sum, one, at) => (meanings[at] === label.classId ? sum + one : sum), 0),
      ),
    )
  }
  return { lossOf, doubtOf }
}

function allOf(project: OpenProject): Image[] {
  return listImages(project.reader, { filter: {}, after: null, limit: 10_000 }).images
}

test('every filter, sort and count says what the images say one by one, whatever was done to them', () => {
  const seen = { images: 0, queries: 0 }
  fc.assert(
    fc.property(
      fc.array(image, { minLength: 5, maxLength: 30 }),
      fc.array(change, { maxLength: 6 }),
      fc.array(fc.record({ filter, sort: fc.constantFrom(...ImageSort.options) }), { minLength: 6, maxLength: 12 }),
      (rows, changes, queries) => {
        const project = openTestProject()
        const truth = fill(project, rows)
        for (const wish of changes) perform(project, wish, truth)
        const images = allOf(project)
        expect(images).toHaveLength(rows.length)
        expect(countImages(project.reader)).toEqual(countsOf(images))
        for (const query of queries) {
          const expected = sorted(
            images.filter((one) => passes(one, query.filter, images)),
            query.sort,
            figuresOf(truth),
          ).map(({ id }) => Number(id))
          expect(orderImages(project.reader, query)).toEqual(expected)
          expect(selectImages(project.reader, { filter: query.filter })).toEqual([...expected].sort((a, b) => a - b))
          seen.images += expected.length
          seen.queries += 1
        }
        for (const one of images) {
          const probabilities = truth.probabilities.get(one.id)
          const isDoubted = truth.checks.get(one.id)?.reason != null && figuresOf(truth).doubtOf(one) !== null
          expect(one.doubt !== null).toBe(isDoubted && one.state === 'readable')
          expect(one.prediction === null).toBe(probabilities === undefined)
          if (probabilities === undefined) continue
          const best = probabilities.indexOf(Math.max(...probabilities))
          expect(one.prediction).toMatchObject({ classId: truth.meanings[best], confidence: probabilities[best] })
        }
      },
    ),
    { numRuns: 60, seed: 4 },
  )
  // The queries were not about nothing.
  expect(seen.images / seen.queries).toBeGreaterThan(1)
})

describe('a grid', () => {
  test('gets rows in the order asked for, without those that are gone', () => {
    const project = openTestProject()
    const [a, b, c] = addImages(project, ['a.jpg', 'b.jpg', 'c.jpg']).map((id) => ImageId.parse(id))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three images were added')
    const gone = ImageId.parse(99)
    expect(getImages(project.reader, [c, gone, a, c]).map(({ path }) => path)).toEqual(['c.jpg', 'a.jpg', 'c.jpg'])
    expect(getImages(project.reader, [])).toEqual([])
  })

  test('is led to a file by how its name starts, or else by a part of its path, whatever the case', () => {
    const project = openTestProject()
    const paths = ['Holiday/b-2.jpg', 'beach/IMG_1.jpg', 'holiday/img_2.JPG', 'img/over.png', 'Über/ÄPFEL.jpg']
    addImages(project, paths)
    const locate = (text: string, sort: ImageSort = 'path', only: ImageFilter = {}) => {
      const id = locateImage(project.reader, { filter: only, sort }, text)
      return id === null ? null : getImages(project.reader, [id])[0]?.path
    }
    expect(locate('img')).toBe('beach/IMG_1.jpg')
    expect(locate('IMG_2')).toBe('holiday/img_2.JPG')
    expect(locate('B')).toBe('Holiday/b-2.jpg')
    // No name starts so: the first path that holds it.
    expect(locate('2.jpg')).toBe('Holiday/b-2.jpg')
    expect(locate('img/')).toBe('img/over.png')
    expect(locate('äp')).toBe('Über/ÄPFEL.jpg')
    expect(locate('img', 'path', { pathContains: 'holiday' })).toBe('holiday/img_2.JPG')
    expect(locate('nothing')).toBeNull()
  })
})
