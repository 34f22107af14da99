import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CoreContext, OpenProject } from '../../src/main/core/core-context.ts'
import { transaction } from '../../src/main/core/database/handles.ts'
import { insertDataset } from '../../src/main/core/datasets/dataset-repository.ts'
import { createExportsHandlers } from '../../src/main/core/exports/exports-handlers.ts'
import { createModelsHandlers } from '../../src/main/core/models/models-handlers.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { ModelId } from '../../src/shared/domain/ids.ts'
import { ModelManifest } from '../../src/shared/domain/model.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { rejectionOf } from '../support/app-errors.ts'
import { createRandomModel, smallPreprocessing } from '../support/random-model.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openTestProject } from '../support/test-project.ts'
import { writeVariedImages } from '../support/varied-images.ts'

const modelId = ModelId.parse('model-1')
const classes = ['left', 'right']
const handler = { signal: new AbortController().signal }

/** A project with a dataset, a run and its model, as training would have left them. */
async function openProjectWithModel() {
  const project = openTestProject()
  const { imageFolder, layout } = project
  const entries = await writeVariedImages(imageFolder, classes.length)
  transaction(project.writer, (tx) => {
    const counts = classes.map((_, index) => ({
      train: 0,
      validation: 0,
      test: entries.filter(({ classIndex }) => classIndex === index).length,
    }))
    const hash = 'ab'.repeat(32)
    const dataset = { createdAtMs: 1, seed: 0, classes, countsByClass: counts, hash, leaks: [], droppedLeakCount: 0 }
    insertDataset(tx, dataset, entries)
    tx.prepare(`INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (1, ?, 'done', 1)`).run(
      JSON.stringify(presets.reference),
    )
    tx.prepare('INSERT INTO model (id, run_id, created_at_ms) VALUES (1, 1, 1)').run()
  })
  const folder = layout.modelFolder(modelId)
  await createRandomModel({ folder, classes, preprocessing: smallPreprocessing, imageFolder, entries })
  const context = contextOf(project)
  return { project, entries, models: createModelsHandlers(context), exports: createExportsHandlers(context) }
}

function contextOf(project: OpenProject): CoreContext {
  return {
    host: createNodeHost(),
    projects: { get: () => project, list: () => [project], open: () => project },
    onProjectOpen: () => undefined,
    onClose: () => undefined,
  }
}

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

describe('models', () => {
  it('are listed and evaluated, and the evaluation stays with the model', async () => {
    const { project, entries, models } = await openProjectWithModel()
    const ids = { projectId: project.id, modelId }
    const listed = await models.list({ projectId: project.id }, handler)
    expect(listed.map(({ id, evaluations }) => [id, evaluations.length])).toEqual([['model-1', 0]])
    for (let round = 0; round < 2; round += 1) {
      const events = await collect(models.evaluate({ ...ids, split: 'test', device: 'wasm' }, handler))
      const last = events.at(-1)
      expect(last?.kind).toBe('finished')
      if (last?.kind !== 'finished') return
      expect(last.evaluation).toMatchObject({ split: 'test', imageCount: entries.length, missing: [] })
      const stored = ModelManifest.parse(await models.get(ids, handler))
      expect(stored.evaluations).toEqual([last.evaluation])
    }
    expect(await readdir(project.layout.modelFolder(modelId))).toEqual(['model.json', 'weights.safetensors'])
  })

  it('predict files and folders, and answer what they cannot', async () => {
    const { project, models } = await openProjectWithModel()
    const outside = temporaryFolder()
    mkdirSync(join(outside, 'deep'))
    writeFileSync(join(outside, 'deep', 'b.png'), readFileSync(join(project.imageFolder, 'grey.png')))
    writeFileSync(join(outside, 'a.jpg'), 'no picture')
    writeFileSync(join(outside, 'notes.txt'), 'not looked at')
    symlinkSync('/etc/hostname', join(outside, 'link.png'))
    const paths = [outside, 'tiny.png', join(outside, 'gone.png')]
    const input = { projectId: project.id, modelId, paths, device: 'wasm' as const }
    const events = await collect(models.predict(input, handler))
    const predictions = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []))
    expect(predictions.map(({ path, error }) => [path, error === null])).toEqual([
      [join(outside, 'link.png'), false],
      [join(outside, 'a.jpg'), false],
      [join(outside, 'deep', 'b.png'), true],
      ['tiny.png', true],
      [join(outside, 'gone.png'), false],
    ])
  })

  it('say what is wrong with them', async () => {
    const { project, models } = await openProjectWithModel()
    const { id: projectId, layout } = project
    const none = { projectId, modelId: ModelId.parse('model-9'), split: 'test', device: null } as const
    expect((await rejectionOf(collect(models.evaluate(none, handler)))).code).toBe('not-found')
    const noImages = { projectId, modelId, split: 'train', device: 'wasm' } as const
    expect((await rejectionOf(collect(models.evaluate(noImages, handler)))).code).toBe('not-enough-data')
    writeFileSync(join(layout.modelFolder(modelId), 'model.json'), '{')
    expect((await rejectionOf(collect(models.evaluate(noImages, handler)))).code).toBe('bad-file')
    // A damaged one is left out of the list, which goes on.
    expect(await models.list({ projectId }, handler)).toEqual([])
  })
})

describe('exports', () => {
  it('go into the project by default, compared over as many images as were asked for', async () => {
    const { project, exports } = await openProjectWithModel()
    const options = { destination: null, overwrite: false, verifyCount: 5 }
    const input = { projectId: project.id, modelId, formats: ['onnx' as const], ...options }
    const events = await collect(exports.create(input, handler))
    expect(events.filter(({ kind }) => kind === 'verifying').at(-1)).toMatchObject({ done: 5, total: 5 })
    const last = events.at(-1)
    expect(last).toMatchObject({
      kind: 'exported',
      export: { modelId, format: 'onnx', folder: join(project.layout.exportsFolder, 'model-1-onnx') },
    })
    expect(last?.kind === 'exported' && last.export.parity.passed).toBe(true)
  })

  it('do not go among the images, nor to a place that depends on where a process runs', async () => {
    const project = openTestProject()
    const exports = createExportsHandlers(contextOf(project))
    const create = async (destination: string) => {
      const input = { projectId: project.id, modelId, formats: ['onnx' as const], destination }
      return (await rejectionOf(collect(exports.create({ ...input, overwrite: false, verifyCount: 1 }, handler)))).code
    }
    expect(await create(project.imageFolder)).toBe('bad-input')
    expect(await create(join(project.imageFolder, 'sub', 'exports'))).toBe('bad-input')
    expect(await create('exports')).toBe('bad-input')
  })
})
