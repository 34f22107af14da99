import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { DraftEvent } from '../../src/shared/contract/models.ts'
import { rejectionOf } from '../support/app-errors.ts'
import { writeBackboneFile } from '../support/backbone-file.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../support/picture-folder.ts'
import { openTestCore, type TestCore } from '../support/test-core.ts'

let pictures: PictureFolder
let core: TestCore

// Red and green pictures, of which nothing is labelled.
beforeEach(async () => {
  const paths = [...picturePaths('red', 14), ...picturePaths('green', 14)]
  pictures = await createPictureFolder(paths, 64)
  onTestFinished(() => pictures.remove())
  core = await openTestCore(pictures.folder, { importFirst: true })
  onTestFinished(() => core.close())
  await core.client.labels.assign({ projectId: core.projectId, images: { paths }, classId: null })
  const file = join(pictures.folder, '.athanor', 'random.safetensors')
  await writeBackboneFile(file)
  await core.client.backbones.add({ file, name: 'resnet18-imagenet' })
})

async function draft(): Promise<{ events: DraftEvent[]; last: DraftEvent & { kind: 'finished' } }> {
  const events: DraftEvent[] = []
  for await (const event of core.client.models.draft({ projectId: core.projectId })) events.push(event)
  const last = events.at(-1)
  if (last?.kind !== 'finished') throw new Error('a draft ends with what it found')
  return { events, last }
}

async function label(name: string, numbers: readonly number[]): Promise<void> {
  const paths = numbers.map((number) => `${name}/${number}.png`)
  await core.client.labels.assignByName({ projectId: core.projectId, images: { paths }, name })
}

async function imagesAt(paths: readonly string[]) {
  const { client, projectId } = core
  const { imageIds } = await client.catalog.order({ projectId, query: { filter: {}, sort: 'path' } })
  return (await client.catalog.getMany({ projectId, imageIds })).filter(({ path }) => paths.includes(path))
}

test('a few labels say what the other images are, without a model', async () => {
  const { client, projectId } = core
  await label('red', [0, 1, 2, 3, 4, 5])
  await label('green', [0, 1, 2, 3, 4, 5])
  const { events, last } = await draft()
  expect(events[0]).toMatchObject({ kind: 'seeing', total: 28 })
  expect(last).toMatchObject({ labelled: 12, agreed: 12, suggested: 16, failedCount: 0 })
  expect(last.agreedInterval[0]).toBeGreaterThan(0.7)
  expect((await client.catalog.counts({ projectId })).suggested).toBe(16)
  const classes = await client.labels.classes({ projectId })
  const nameOf = (id: number | null | undefined) => classes.find((one) => one.id === id)?.name
  for (const { path, prediction } of await imagesAt(['red/9.png', 'green/9.png', 'red/0.png'])) {
    expect(prediction?.modelId).toBeNull()
    expect(`${nameOf(prediction?.classId) ?? ''}/`).toBe(path.slice(0, path.indexOf('/') + 1))
  }
  expect(await client.models.list({ projectId })).toEqual([])

  // Ten more labels, one of them wrong: the next draft disagrees with it.
  await label('red', [6, 7, 8, 9])
  await label('green', [6, 7, 8, 9, 10])
  const [wrong] = await imagesAt(['red/13.png'])
  const green = classes.find(({ name }) => name === 'green')?.id ?? null
  await client.labels.assign({ projectId, images: { paths: [wrong?.path ?? ''] }, classId: green })
  const { last: next } = await draft()
  expect(next).toMatchObject({ labelled: 22, suggested: 6 })
  const { imageIds } = await client.catalog.order({ projectId, query: { filter: { disagrees: true }, sort: 'path' } })
  expect(imageIds).toContain(wrong?.id)
  // A network of random weights may take one more for the other colour.
  expect(imageIds.length).toBeLessThanOrEqual(2)
  expect(next.agreed).toBe(22 - imageIds.length)
  expect(await client.models.list({ projectId })).toEqual([])
})

test('two classes have to be labelled, and one draft is made at a time', async () => {
  await label('red', [0, 1, 2])
  expect((await rejectionOf(draft())).code).toBe('not-enough-data')
  await label('green', [0, 1, 2])
  const [first, second] = await Promise.allSettled([draft(), draft()])
  expect([first.status, second.status].toSorted()).toEqual(['fulfilled', 'rejected'])
  expect((await draft()).last.labelled).toBe(6)
})
