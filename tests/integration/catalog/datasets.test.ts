import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { readEntries } from '../../../src/main/core/datasets/dataset-repository.ts'
import { freezeDataset, listGivenLeaks } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { undoEdit } from '../../../src/main/core/labels/edit-history.ts'
import { FreezeOptions } from '../../../src/shared/contract/datasets.ts'
import type { Dataset } from '../../../src/shared/domain/dataset.ts'
import { errorOf } from '../../support/app-errors.ts'
import { readableExamination } from '../../support/examinations.ts'
import { bitmap, writeFiles } from '../../support/pictures.ts'
import { openTestProject, runImport } from '../../support/test-project.ts'

/** Rows for images that look nothing like each other; those with the same content have the same bytes. */
function projectWith(contents: Readonly<Record<string, string>>): OpenProject {
  const project = openTestProject()
  transaction(project.writer, (tx) => {
    for (const [path, content] of Object.entries(contents)) {
      insertFound(tx, { path, changedAtMs: 0, examination: readableExamination(content) })
    }
    labelFromFolders(tx, 0)
  })
  return project
}

function many(folder: string, count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/${at}.png`, `${folder} ${at}`]))
}

function freeze(project: OpenProject, options: Partial<FreezeOptions> = {}): Dataset {
  return freezeDataset(project.writer, FreezeOptions.parse(options), 5)
}

function splitsOf(project: OpenProject, { id }: Dataset): Record<string, string> {
  return Object.fromEntries(readEntries(project.reader, id).map(({ path, split }) => [path, split]))
}

describe('freezing', () => {
  test('splits by class and seed, and gives equal labels an equal hash, however they came to be', () => {
    const project = projectWith({ ...many('dog', 50), ...many('cat', 100) })
    const dataset = freeze(project, { seed: 3 })
    expect(dataset).toMatchObject({
      id: 'dataset-1',
      createdAtMs: 5,
      seed: 3,
      classes: ['cat', 'dog'],
      countsByClass: [
        { train: 80, validation: 10, test: 10 },
        { train: 40, validation: 5, test: 5 },
      ],
      leaks: [],
      droppedLeakCount: 0,
    })
    // The hash as anyone can compute it.
    const hash = createHash('sha256')
    for (const { path, contentHash, classIndex, split } of readEntries(project.reader, dataset.id)) {
      hash.update(`${JSON.stringify([path, contentHash, dataset.classes[classIndex], split])}\n`)
    }
    expect(dataset.hash).toBe(hash.digest('hex'))
    expect(freeze(project, { seed: 3 })).toMatchObject({ id: 'dataset-2', hash: dataset.hash })
    expect(freeze(project, { seed: 4 }).hash).not.toBe(dataset.hash)
    // Another project, whose images and classes were made in another order.
    expect(freeze(projectWith({ ...many('cat', 100), ...many('dog', 50) }), { seed: 3 }).hash).toBe(dataset.hash)
  })

  test('stays as it was, whatever happens to labels and files, and cannot be changed', () => {
    const project = projectWith({ ...many('cat', 5), ...many('dog', 5) })
    const dataset = freeze(project)
    const entries = readEntries(project.reader, dataset.id)
    transaction(project.writer, (tx) => {
      undoEdit(tx)
      tx.prepare("UPDATE image SET path = 'moved/' || path, state = 'missing'").run()
    })
    expect(readEntries(project.reader, dataset.id)).toEqual(entries)
    for (const sql of [
      "UPDATE dataset_entry SET split = 'train'",
      'DELETE FROM dataset_entry',
      "UPDATE dataset SET hash = ''",
    ]) {
      expect(errorOf(() => transaction(project.writer, (tx) => tx.prepare(sql).run())).message).toMatch(/frozen/)
    }
  })

  test('keeps copies together and leaves out what cannot be read or has no label', () => {
    const copies = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`cat/copy ${at}.png`, `picture ${at % 12}`]),
    )
    const project = projectWith({ ...copies, ...many('dog', 30), 'loose.png': 'x' })
    transaction(project.writer, (tx) => tx.prepare("UPDATE image SET state = 'missing' WHERE path = 'dog/0.png'").run())
    const dataset = freeze(project)
    const splits = splitsOf(project, dataset)
    expect(Object.keys(splits)).toHaveLength(89)
    for (let picture = 0; picture < 12; picture += 1) {
      const found = Object.entries(copies).filter(([, content]) => content === `picture ${picture}`)
      expect(new Set(found.map(([path]) => splits[path])).size).toBe(1)
    }
    expect(dataset.leaks).toEqual([])
    expect(new Set(Object.values(splits))).toEqual(new Set(['train', 'validation', 'test']))
  })

  test('says in plain words what is missing', () => {
    expect(errorOf(() => freeze(openTestProject()))).toMatchObject({
      code: 'not-enough-data',
      message:
        'There is nothing to tell apart yet: no image that can be read has a label. Label images of two classes.',
    })
    expect(errorOf(() => freeze(projectWith(many('cat', 3)))).message).toContain('all 3 labelled images are "cat"')
    const untrained = projectWith({ ...many('train/cat', 3), ...many('test/cat', 3), ...many('test/dog', 3) })
    expect(errorOf(() => freeze(untrained)).message).toContain('There are no training images of "dog"')
  })
})

describe('leaks between given splits', () => {
  const planted = {
    ...many('train/cat', 20),
    ...many('train/dog', 20),
    ...many('test/cat', 5),
    ...many('test/dog', 5),
    ...many('val/cat', 5),
    ...many('val/dog', 5),
    'test/cat/leak.png': 'train/cat 0',
    'val/dog/leak.png': 'train/dog 1',
    'test/dog/leak.png': 'val/dog 2',
  }
  const expected = [
    ['exact', 'train/cat/0.png', 'test/cat/leak.png'],
    ['exact', 'train/dog/1.png', 'val/dog/leak.png'],
    ['exact', 'val/dog/2.png', 'test/dog/leak.png'],
  ]
  const summaryOf = (leaks: Dataset['leaks']) => leaks.map(({ kind, a, b }) => [kind, a.path, b.path]).sort()

  test('are found before anything is frozen, and reported with the dataset', () => {
    const project = projectWith(planted)
    expect(summaryOf(listGivenLeaks(project.reader, 4))).toEqual(expected)
    const dataset = freeze(project)
    expect(summaryOf(dataset.leaks)).toEqual(expected)
    expect(dataset.countsByClass).toEqual([
      { train: 20, validation: 5, test: 6 },
      { train: 20, validation: 6, test: 6 },
    ])
  })

  test('leave training when asked to', () => {
    const dataset = freeze(projectWith(planted), { dropLeaks: true })
    expect(dataset.droppedLeakCount).toBe(2)
    expect(summaryOf(dataset.leaks)).toEqual(expected)
    expect(dataset.countsByClass.map(({ train }) => train)).toEqual([19, 19])
  })

  test('are found among a thousand copies without listing a million pairs', () => {
    const copies = Object.fromEntries(
      Array.from({ length: 1_200 }, (_, at) => [`${at % 2 === 0 ? 'train' : 'test'}/cat/c${at}.png`, 'the same']),
    )
    const project = projectWith({ ...copies, ...many('train/cat', 3), ...many('train/dog', 3) })
    const dataset = freeze(project, { dropLeaks: true })
    expect(dataset.leaks).toHaveLength(10_000)
    expect(dataset.droppedLeakCount).toBe(600)
  })
})

const photographs = join(import.meta.dirname, '../../../../shared/data/hotdog/train/hot_dog')
const havePhotographs = existsSync(photographs)

describe.skipIf(!havePhotographs)(
  `near leaks among photographs${havePhotographs ? '' : ' (skipped: no photographs here)'}`,
  () => {
    test('are found when a copy was saved again, made smaller or brighter', { timeout: 120_000 }, async () => {
      const project = openTestProject()
      const names = readdirSync(photographs).sort().slice(0, 24)
      for (const [at, name] of names.entries()) {
        const bytes = readFileSync(join(photographs, name))
        const photograph = sharp(bytes)
        const { width } = await photograph.metadata()
        const change = at % 3
        const copy =
          change === 0
            ? photograph.jpeg({ quality: 50 })
            : change === 1
              ? photograph.resize(Math.round(width / 2)).jpeg({ quality: 85 })
              : photograph.modulate({ brightness: 1.1 }).jpeg({ quality: 85 })
        const className = at % 2 === 0 ? 'cat' : 'dog'
        writeFiles(project.imageFolder, { [`train/${className}/${at}.jpg`]: bytes })
        if (at < 12) writeFiles(project.imageFolder, { [`test/${className}/${at}.jpg`]: await copy.toBuffer() })
      }
      await runImport(project)
      const leaks = listGivenLeaks(project.reader, 4)
      const pairs = leaks.map(({ kind, a, b }) => `${kind} ${a.path} ${b.path}`).sort()
      const wanted = Array.from({ length: 12 }, (_, at) => {
        const path = `${at % 2 === 0 ? 'cat' : 'dog'}/${at}.jpg`
        return `near train/${path} test/${path}`
      }).sort()
      expect(pairs).toEqual(wanted)
      const { droppedLeakCount, countsByClass } = freeze(project, { dropLeaks: true })
      expect(droppedLeakCount).toBe(12)
      expect(countsByClass.map(({ train, validation }) => train + validation)).toEqual([6, 6])
    })
  },
)

test('blank pictures and shades do not all become one group', async () => {
  const project = openTestProject()
  const files: Record<string, Uint8Array> = {}
  for (let at = 0; at < 20; at += 1) {
    files[`plain/${at}.bmp`] = bitmap(at, { sidePx: 4, offset: at })
    files[`busy/${at}.bmp`] = bitmap(100 + at)
  }
  writeFiles(project.imageFolder, files)
  await runImport(project)
  const { countsByClass, leaks } = freeze(project)
  expect(countsByClass).toEqual([
    { train: 16, validation: 2, test: 2 },
    { train: 16, validation: 2, test: 2 },
  ])
  expect(leaks).toEqual([])
})
