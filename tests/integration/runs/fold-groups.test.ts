import { expect, test } from 'vitest'
import { insertFound } from '../../../src/main/core/catalog/import-repository.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { readEntries } from '../../../src/main/core/datasets/dataset-repository.ts'
import { freezeDataset } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { foldGroupsOf } from '../../../src/main/core/runs/fold-groups.ts'
import { freezeOptionsOfRuns } from '../../../src/main/core/runs/preview-dataset.ts'
import type { DatasetId } from '../../../src/shared/domain/ids.ts'
import { readableExamination } from '../../support/examinations.ts'
import { openTestProject } from '../../support/test-project.ts'

/** So many images of each of two classes, frozen; every tenth looks like the one before it. */
function freeze(count: number): { project: OpenProject; datasetId: DatasetId } {
  const project = openTestProject()
  transaction(project.writer, (tx) => {
    for (const folder of ['cat', 'dog']) {
      for (let at = 0; at < count; at += 1) {
        const examination = readableExamination(`${folder} ${at % 10 === 9 ? at - 1 : at}`)
        insertFound(tx, { path: `${folder}/${String(at).padStart(4, '0')}.png`, changedAtMs: 0, examination })
      }
    }
    labelFromFolders(tx, 0)
  })
  const { id } = freezeDataset(project.writer, freezeOptionsOfRuns, 0)
  return { project, datasetId: id }
}

test('where test images are few, copies have one number and all others their own', () => {
  const { project, datasetId } = freeze(50)
  const groups = foldGroupsOf(project.reader, datasetId)
  const entries = readEntries(project.reader, datasetId)
  expect(groups).toHaveLength(100)
  expect(new Set(groups).size).toBe(90)
  const groupOf = new Map(entries.map(({ path }, at) => [path, groups?.[at]]))
  expect(groupOf.get('cat/0009.png')).toBe(groupOf.get('cat/0008.png'))
  // One that has left the catalog since the dataset was frozen is a copy of nothing else.
  transaction(project.writer, (tx) => tx.prepare('DELETE FROM image WHERE path = ?').run('cat/0008.png'))
  expect(new Set(foldGroupsOf(project.reader, datasetId)).size).toBe(90)
})

test('where test images are many enough to tell, there are none', () => {
  const { project, datasetId } = freeze(600)
  const { reader } = project
  expect(readEntries(reader, datasetId).filter(({ split }) => split === 'test').length).toBeGreaterThanOrEqual(100)
  expect(foldGroupsOf(reader, datasetId)).toBeNull()
})
