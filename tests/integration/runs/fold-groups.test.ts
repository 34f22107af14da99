import { expect, test } from 'vitest'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { readEntries } from '../../../src/main/core/datasets/dataset-repository.ts'
import { freezeDataset } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { foldGroupsOf, isToldByFolds } from '../../../src/main/core/runs/fold-groups.ts'
import { freezeOptionsOfRuns } from '../../../src/main/core/runs/preview-dataset.ts'
import type { DatasetId } from '../../../src/shared/domain/ids.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { readableExamination } from '../../support/examinations.ts'
import { openTestProject } from '../../support/test-project.ts'

interface Frozen {
  readonly project: OpenProject
  readonly datasetId: DatasetId
  /** The number of an image of cats; undefined where there are no numbers. */
  readonly groupOf: (at: number) => number | undefined
}

const pathOf = (folder: string, at: number) => `${folder}/${String(at).padStart(4, '0')}.png`

/** So many images of each of two classes, frozen; every tenth has the bytes of the one before it. */
function freeze(count: number): Frozen {
  const project = openTestProject()
  transaction(project.writer, (tx) => {
    for (const folder of ['cat', 'dog']) {
      for (let at = 0; at < count; at += 1) {
        const examination = readableExamination(`${folder} ${at % 10 === 9 ? at - 1 : at}`)
        // The third looks like the second, though its bytes are others.
        if (at === 2) examination.facts = readableExamination(`${folder} 1`).facts
        insertFound(tx, { path: pathOf(folder, at), changedAtMs: 0, examination })
      }
    }
    labelFromFolders(tx, 0)
  })
  const { id: datasetId } = freezeDataset(project.writer, freezeOptionsOfRuns, 0)
  const groupOf = (at: number) => {
    const groups = foldGroupsOf(project.reader, datasetId, presets.quick)
    return groups?.[readEntries(project.reader, datasetId).findIndex(({ path }) => path === pathOf('cat', at))]
  }
  return { project, datasetId, groupOf }
}

test('where test images are few, copies have one number and all others their own', () => {
  const { project, datasetId, groupOf } = freeze(50)
  const groups = foldGroupsOf(project.reader, datasetId, presets.quick)
  expect(groups).toHaveLength(100)
  expect(new Set(groups).size).toBe(88)
  expect(groupOf(9)).toBe(groupOf(8))
  expect(groupOf(2)).toBe(groupOf(1))
  expect(groupOf(3)).not.toBe(groupOf(1))
})

test('images that have left the catalog since, or are others by now, are copies of the same bytes alone', () => {
  const { project, datasetId, groupOf } = freeze(50)
  transaction(project.writer, (tx) => {
    for (const at of [2, 5, 8]) tx.prepare('DELETE FROM image WHERE path = ?').run(pathOf('cat', at))
    tx.prepare('UPDATE image SET content_hash = ? WHERE path = ?').run('f'.repeat(64), pathOf('cat', 6))
  })
  expect(foldGroupsOf(project.reader, datasetId, presets.quick)).toHaveLength(100)
  expect(groupOf(9)).toBe(groupOf(8))
  expect(new Set([1, 2, 5, 6, 8].map(groupOf)).size).toBe(5)
})

test.each([
  ['test images are many enough to tell', 600, presets.quick],
  ['folds would take as long as the run', 1001, presets.quick],
  ['no output layer is fitted first', 50, presets.reference],
] as const)('where %s, there are none', (_, count, recipe) => {
  const { project, datasetId } = freeze(count)
  expect(foldGroupsOf(project.reader, datasetId, recipe)).toBeNull()
})

test('it is the number of test images, or of all, that decides', () => {
  const counts = { train: 1800, validation: 101, test: 99 }
  expect(isToldByFolds(presets['fine-tune'], counts)).toBe(true)
  expect(isToldByFolds(presets['fine-tune'], { ...counts, test: 100, train: 100 })).toBe(false)
  expect(isToldByFolds(presets['fine-tune'], { ...counts, train: 1801 })).toBe(false)
})
