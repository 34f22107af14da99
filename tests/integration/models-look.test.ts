import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { SuggestEvent } from '../../src/shared/contract/models.ts'
import { uploadAddress } from '../../src/shared/contract/picture-address.ts'
import { UploadId } from '../../src/shared/domain/ids.ts'
import { ClassName } from '../../src/shared/domain/label.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { rejectionOf } from '../support/app-errors.ts'
import { openModelProject, type ModelProject } from '../support/model-project.ts'

/** Hands a picture over as a page does. */
async function upload({ core, project }: ModelProject, bytes: Uint8Array): Promise<UploadId> {
  const path = uploadAddress(project.id)
  const answer = await core.pictures.answer({ method: 'POST', path, readBody: async () => bytes })
  const body: unknown = JSON.parse(Buffer.from(answer?.body ?? '').toString())
  return UploadId.parse(typeof body === 'object' && body !== null ? Reflect.get(body, 'uploadId') : null)
}

async function suggest({ client, project, modelId }: ModelProject): Promise<SuggestEvent[]> {
  const events: SuggestEvent[] = []
  for await (const event of client.models.suggest({ projectId: project.id, modelId, device: 'wasm' }))
    events.push(event)
  return events
}

describe('explaining a picture', () => {
  it('gives the same classes as predicting it, by id and handed over, and says where the network looked', async () => {
    const opened = await openModelProject()
    const { client, project, entries, modelId, classes } = opened
    const ids = { projectId: project.id, modelId }
    const [entry] = entries
    if (entry === undefined) throw new Error('There is no image.')
    const explanation = await client.models.explain({ ...ids, picture: { imageId: entry.imageId } })
    const [best, other] = explanation.classes
    expect((best?.probability ?? 0) + (other?.probability ?? 0)).toBeCloseTo(1, 6)
    expect(best?.probability).toBeGreaterThanOrEqual(other?.probability ?? 1)
    expect(explanation.explained).toBe(best?.name)
    for await (const event of client.models.predict({ ...ids, paths: [entry.path] })) {
      if (event.kind !== 'predictions') continue
      expect(event.predictions[0]?.predicted).toBe(best?.name)
      expect(event.predictions[0]?.confidence).toBeCloseTo(best?.probability ?? NaN, 5)
    }
    // Squashed to 36 pixels, of which 2 are left away on each side.
    const { heatMap } = explanation
    expect(heatMap).toMatchObject({ left: 2 / 36, top: 2 / 36, width: 32 / 36, height: 32 / 36 })
    expect(heatMap.rows).toHaveLength(1)
    expect(heatMap.rows.flat().every((value) => value >= 0 && value <= 1)).toBe(true)

    const bytes = readFileSync(join(project.imageFolder, entry.path))
    const uploadId = await upload(opened, bytes)
    for (const explained of classes) {
      const handedOver = await client.models.explain({ ...ids, picture: { uploadId }, explained })
      expect(handedOver.classes).toEqual(explanation.classes)
      expect(handedOver.explained).toBe(explained)
    }
  })

  it('says what is wrong, and goes on with the next picture', async () => {
    const opened = await openModelProject()
    const { client, project, entries, modelId } = opened
    const ids = { projectId: project.id, modelId }
    const [first, second] = entries
    if (first === undefined || second === undefined) throw new Error('There are no images.')
    const gone = { uploadId: UploadId.parse('00000000-0000-4000-8000-000000000000') }
    expect((await rejectionOf(client.models.explain({ ...ids, picture: gone }))).code).toBe('not-found')
    const explained = ClassName.parse('neither')
    const unknown = client.models.explain({ ...ids, picture: { imageId: first.imageId }, explained })
    expect((await rejectionOf(unknown)).code).toBe('not-found')
    writeFileSync(join(project.imageFolder, first.path), 'no picture any more')
    const broken = await rejectionOf(client.models.explain({ ...ids, picture: { imageId: first.imageId } }))
    expect(broken.code).toBe('bad-file')
    unlinkSync(join(project.imageFolder, first.path))
    const removed = await rejectionOf(client.models.explain({ ...ids, picture: { imageId: first.imageId } }))
    expect(removed.code).toBe('not-found')
    const { classes } = await client.models.explain({ ...ids, picture: { imageId: second.imageId } })
    expect(classes).toHaveLength(2)
  })

  it('answers many questions at once, each with its own picture', async () => {
    const { client, project, entries, modelId } = await openModelProject()
    const ask = (imageId: (typeof entries)[number]['imageId']) =>
      client.models.explain({ projectId: project.id, modelId, picture: { imageId } })
    const together = await Promise.all(entries.slice(0, 4).map(({ imageId }) => ask(imageId)))
    for (const [index, { imageId }] of entries.slice(0, 4).entries()) {
      expect((await ask(imageId)).classes).toEqual(together[index]?.classes)
    }
  })
})

describe('suggestions', () => {
  it('are kept for every readable image, and made once', async () => {
    const opened = await openModelProject()
    const { client, project, entries, modelId, classes } = opened
    const { id: projectId } = project
    const [labelled] = entries
    if (labelled === undefined) throw new Error('There is no image.')
    const [left] = await client.labels.classes({ projectId })
    if (left === undefined) throw new Error('There is no class.')
    await client.labels.assign({ projectId, images: { ids: [labelled.imageId] }, classId: left.id })
    const events = await suggest(opened)
    expect(events[0]).toMatchObject({ done: 0, total: entries.length })
    expect(events.at(-1)).toMatchObject({ done: entries.length, total: entries.length })
    expect((await client.catalog.counts({ projectId })).suggested).toBe(entries.length - 1)
    const imageIds = entries.map(({ imageId }) => imageId)
    const predicted = new Map<string, string | null>()
    const paths = entries.map(({ path }) => path)
    for await (const event of client.models.predict({ projectId, modelId, paths })) {
      if (event.kind === 'predictions')
        for (const { path, predicted: name } of event.predictions) predicted.set(path, name)
    }
    const known = await client.labels.classes({ projectId })
    for (const { path, prediction } of await client.catalog.getMany({ projectId, imageIds })) {
      expect(known.find(({ id }) => id === prediction?.classId)?.name, path).toBe(predicted.get(path))
    }
    expect(classes).toEqual(known.map(({ name }) => name))
    expect(await suggest(opened)).toEqual([{ done: 0, total: 0, imagesPerSecond: null, secondsLeft: null }])
  })

  it('stay where one leaves before the end, go on from there, and leave out what cannot be read', async () => {
    const opened = await openModelProject()
    const { client, project, entries, modelId } = opened
    const { id: projectId } = project
    const [gone] = entries
    if (gone === undefined) throw new Error('There is no image.')
    unlinkSync(join(project.imageFolder, gone.path))
    const leaving = new AbortController()
    const first = await rejectionOf(
      (async () => {
        const input = { projectId, modelId, device: 'wasm' as const }
        for await (const { done } of client.models.suggest(input, { signal: leaving.signal })) {
          if (done === 0) {
            const second = await rejectionOf(suggest(opened))
            expect(second.code).toBe('conflict')
          } else leaving.abort()
        }
      })(),
    ).catch(() => null)
    expect(first === null || first.code === 'cancelled').toBe(true)
    const events = await suggest(opened)
    expect(events.at(-1)?.total).toBeLessThanOrEqual(entries.length)
    expect((await client.catalog.counts({ projectId })).suggested).toBe(entries.length - 1)
  })

  it('of a frozen backbone use the features that are cached, and cache what they compute', async () => {
    const recipe = { ...presets.quick, backbone: null }
    const opened = await openModelProject({ manifest: { recipe } })
    const { client, project, entries } = opened
    const { featuresFolder } = project.layout
    expect(existsSync(featuresFolder)).toBe(false)
    await suggest(opened)
    const files = () =>
      readdirSync(featuresFolder, { recursive: true })
        .map(String)
        .filter((name) => /features$/.test(name))
    expect(files()).toHaveLength(1)
    const imageIds = entries.map(({ imageId }) => imageId)
    const before = await client.catalog.getMany({ projectId: project.id, imageIds })
    // Nothing is read any more: the pictures may be gone.
    project.writer.connection.exec('DELETE FROM prediction')
    for (const { path } of entries) unlinkSync(join(project.imageFolder, path))
    await suggest(opened)
    expect(files()).toHaveLength(1)
    const after = await client.catalog.getMany({ projectId: project.id, imageIds })
    expect(after.map(({ prediction }) => prediction?.classId)).toEqual(
      before.map(({ prediction }) => prediction?.classId),
    )
    expect((await client.catalog.counts({ projectId: project.id })).suggested).toBe(entries.length)
  })

  it('do not mind a picture that was replaced since: it has to be imported again', async () => {
    const opened = await openModelProject()
    const { client, project, entries } = opened
    const [replaced] = entries
    if (replaced === undefined) throw new Error('There is no image.')
    const create = { width: 30, height: 20, channels: 3 as const, background: 'red' }
    await sharp({ create }).png().toFile(join(project.imageFolder, replaced.path))
    await suggest(opened)
    const [image] = await client.catalog.getMany({ projectId: project.id, imageIds: [replaced.imageId] })
    expect(image?.prediction).toBeNull()
  })
})
