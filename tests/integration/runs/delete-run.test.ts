import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { storePredictions } from '../../../src/main/core/catalog/predictions.ts'
import type { OpenProject } from '../../../src/main/core/core-context.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { readRevisions } from '../../../src/main/core/database/note-change.ts'
import { freezeDataset } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { discardFolders, removeDiscarded } from '../../../src/main/core/project/discarded-folders.ts'
import { deleteRun } from '../../../src/main/core/runs/delete-run.ts'
import { freezeOptionsOfRuns } from '../../../src/main/core/runs/preview-dataset.ts'
import { readEvents } from '../../../src/main/core/runs/run-events.ts'
import { requireLock } from '../../../src/main/core/runs/run-lock.ts'
import { getRun, insertModel, insertRun, listRuns } from '../../../src/main/core/runs/run-repository.ts'
import { endRun, moveRun } from '../../../src/main/core/runs/run-transitions.ts'
import type { RunId } from '../../../src/shared/domain/ids.ts'
import { ImageId, ModelId } from '../../../src/shared/domain/ids.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { errorOf } from '../../support/app-errors.ts'
import { sha256Of } from '../../support/examinations.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'

const host = createNodeHost()

function projectWithDataset() {
  const project = openTestProject()
  addImages(project, ['cat/1.png', 'cat/2.png', 'cat/3.png', 'dog/1.png', 'dog/2.png', 'dog/3.png'])
  transaction(project.writer, (tx) => labelFromFolders(tx, 0))
  return { project, datasetId: freezeDataset(project.writer, freezeOptionsOfRuns, 0).id }
}

/** A run that is done, with its files and what its model says of two images. */
function addRun(project: OpenProject, datasetId: ReturnType<typeof projectWithDataset>['datasetId']): RunId {
  const runId = transaction(project.writer, (tx) => insertRun(tx, { datasetId, recipe: presets.quick, createdAtMs: 1 }))
  const modelId = ModelId.parse(runId.replace('run', 'model'))
  for (const folder of [project.layout.runFolder(runId), project.layout.modelFolder(modelId)]) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'file'), 'x')
  }
  transaction(project.writer, (tx) => {
    moveRun(tx, runId, { to: 'running', atMs: 2, startedAtMs: 2 })
    insertModel(tx, runId, 3)
    endRun(tx, runId, { result: { outcome: 'done', modelId }, modelId, atMs: 3 })
    const probabilities = Float32Array.of(0.75, 0.25)
    const rows = [1, 4].map((id) => ({ imageId: ImageId.parse(id), contentHash: sha256Of('x'), probabilities }))
    storePredictions(tx, modelId, rows)
  })
  return runId
}

const countOf = (project: OpenProject, table: string) =>
  project.reader.prepare<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).get()?.count

test('a run is deleted with all that is its own, and nothing else', () => {
  const { project, datasetId } = projectWithDataset()
  const first = addRun(project, datasetId)
  const second = addRun(project, datasetId)
  const before = readRevisions(project.reader)
  deleteRun(host, project, second)
  expect(listRuns(project.reader).map(({ id }) => id)).toEqual([first])
  expect(readEvents(project.reader, first, { afterSeq: 0, limit: 10 })).not.toEqual([])
  expect(countOf(project, 'model')).toBe(1)
  expect(countOf(project, 'prediction')).toBe(2)
  expect(countOf(project, 'run_event')).toBe(readEvents(project.reader, first, { afterSeq: 0, limit: 10 }).length)
  expect(project.reader.prepare('SELECT predictor_id AS id FROM project').get()).toEqual({ id: 1 })
  expect(countOf(project, 'dataset')).toBe(1)
  const { layout } = project
  expect(existsSync(layout.runFolder(second)) || existsSync(layout.modelFolder(ModelId.parse('model-2')))).toBe(false)
  expect(existsSync(join(layout.runFolder(first), 'file'))).toBe(true)
  expect(existsSync(join(layout.modelFolder(ModelId.parse('model-1')), 'file'))).toBe(true)
  expect(countOf(project, 'discarded_folder')).toBe(0)
  for (const part of ['runs', 'models', 'predictions'] as const) {
    expect(readRevisions(project.reader).get(part)).toBeGreaterThan(before.get(part) ?? Infinity)
  }
  expect(errorOf(() => deleteRun(host, project, second)).code).toBe('not-found')
  // Its number is never given again: an export may still carry it.
  expect(addRun(project, datasetId)).toBe('run-3')
})

test('a run that is worked on is not deleted', () => {
  const { project, datasetId } = projectWithDataset()
  const runId = transaction(project.writer, (tx) => insertRun(tx, { datasetId, recipe: presets.quick, createdAtMs: 1 }))
  const lock = requireLock(project, runId)
  const error = errorOf(() => deleteRun(host, project, runId))
  expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('Stop it first') as string })
  expect(getRun(project.reader, runId).state).toBe('queued')
  // Its process has died: nobody works on it any more.
  lock.release()
  deleteRun(host, project, runId)
  expect(listRuns(project.reader)).toEqual([])
})

test('files that a crash left are deleted later, and only those', () => {
  const { project, datasetId } = projectWithDataset()
  const runId = addRun(project, datasetId)
  const other = join(project.projectFolder, 'runs', 'run-99')
  mkdirSync(other)
  const folder = project.layout.runFolder(runId)
  transaction(project.writer, (tx) => {
    discardFolders(tx, project, [folder, join(project.projectFolder, 'models', 'model-77')])
  })
  expect(existsSync(folder)).toBe(true)
  removeDiscarded(host, project)
  expect(existsSync(folder)).toBe(false)
  expect(countOf(project, 'discarded_folder')).toBe(0)
  // A folder that no run knows may belong to a newer catalog than this one, restored from a back-up.
  expect(existsSync(other)).toBe(true)
})
