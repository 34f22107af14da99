import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ModelId } from '../../src/shared/domain/ids.ts'
import { rejectionOf } from '../support/app-errors.ts'
import { openModelProject } from '../support/model-project.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

describe('models', () => {
  it('are listed and evaluated, and the evaluation stays with the model', async () => {
    const { project, entries, client, modelId } = await openModelProject()
    const { models } = client
    const ids = { projectId: project.id, modelId }
    const listed = await models.list({ projectId: project.id })
    expect(listed.map(({ id, evaluations }) => [id, evaluations.length])).toEqual([['model-1', 0]])
    for (let round = 0; round < 2; round += 1) {
      const events = await collect(models.evaluate({ ...ids, split: 'test', device: 'wasm' }))
      const last = events.at(-1)
      expect(last?.kind).toBe('finished')
      if (last?.kind !== 'finished') return
      expect(last.evaluation).toMatchObject({ split: 'test', imageCount: entries.length, missing: [] })
      const stored = await models.get(ids)
      expect(stored.evaluations).toEqual([last.evaluation])
      expect(stored.evaluations[0]?.outcomes).toHaveLength(entries.length)
      // The list says how good it is and nothing of single images.
      const { imageCount, correctCount, accuracy, accuracyInterval, loss } = last.evaluation
      const [summary] = await models.list({ projectId: project.id })
      expect(summary).toEqual({
        ...stored,
        evaluations: [{ split: 'test', imageCount, correctCount, accuracy, accuracyInterval, loss }],
      })
    }
    expect(await readdir(project.layout.modelFolder(modelId))).toEqual(['model.json', 'weights.safetensors'])
  })

  it('predict files and folders, and answer what they cannot', async () => {
    const { project, client, modelId } = await openModelProject()
    const outside = temporaryFolder()
    mkdirSync(join(outside, 'deep'))
    writeFileSync(join(outside, 'deep', 'b.png'), readFileSync(join(project.imageFolder, 'grey.png')))
    writeFileSync(join(outside, 'a.jpg'), 'no picture')
    writeFileSync(join(outside, 'notes.txt'), 'not looked at')
    symlinkSync('/etc/hostname', join(outside, 'link.png'))
    const paths = [outside, 'tiny.png', join(outside, 'gone.png')]
    const input = { projectId: project.id, modelId, paths, device: 'wasm' as const }
    const events = await collect(client.models.predict(input))
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
    const { project, client, modelId } = await openModelProject()
    const { models } = client
    const { id: projectId, layout } = project
    const none = { projectId, modelId: ModelId.parse('model-9'), split: 'test', device: null } as const
    expect((await rejectionOf(collect(models.evaluate(none)))).code).toBe('not-found')
    const noImages = { projectId, modelId, split: 'train', device: 'wasm' } as const
    expect((await rejectionOf(collect(models.evaluate(noImages)))).code).toBe('not-enough-data')
    writeFileSync(join(layout.modelFolder(modelId), 'model.json'), '{')
    expect((await rejectionOf(collect(models.evaluate(noImages)))).code).toBe('bad-file')
    // A damaged one is left out of the list, which goes on.
    expect(await models.list({ projectId })).toEqual([])
  })
})

describe('exports', () => {
  it('go into the project by default, compared over as many images as were asked for', async () => {
    const { project, client, modelId } = await openModelProject()
    const options = { destination: null, overwrite: false, verifyCount: 5 }
    const input = { projectId: project.id, modelId, formats: ['onnx' as const], ...options }
    const events = await collect(client.exports.create(input))
    expect(events.filter(({ kind }) => kind === 'verifying').at(-1)).toMatchObject({ done: 5, total: 5 })
    const last = events.at(-1)
    expect(last).toMatchObject({
      kind: 'exported',
      export: { modelId, format: 'onnx', folder: join(project.layout.exportsFolder, 'model-1-onnx') },
    })
    expect(last?.kind === 'exported' && last.export.parity.passed).toBe(true)
  })

  it('do not go among the images, nor to a place that depends on where a process runs', async () => {
    const { project, client, modelId } = await openModelProject()
    const create = async (destination: string) => {
      const input = { projectId: project.id, modelId, formats: ['onnx' as const], destination }
      return (await rejectionOf(collect(client.exports.create({ ...input, overwrite: false, verifyCount: 1 })))).code
    }
    expect(await create(project.imageFolder)).toBe('bad-input')
    expect(await create(join(project.imageFolder, 'sub', 'exports'))).toBe('bad-input')
    expect(await create('exports')).toBe('bad-input')
  })
})
