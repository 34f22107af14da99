import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { CheckEvent, CheckSummary } from '../../../src/shared/contract/labels.ts'
import { writeBackboneFile } from '../../support/backbone-file.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { openTestCore, type TestCore } from '../../support/test-core.ts'

let pictures: PictureFolder
let core: TestCore

// Red and green pictures; two of each class lie in the other's folder, and one has a copy there.
beforeEach(async () => {
  pictures = await createPictureFolder([...picturePaths('red', 22), ...picturePaths('green', 22)], 64)
  onTestFinished(() => pictures.remove())
  for (const [from, to] of [
    ['red/0.png', 'green/wrong-0.png'],
    ['green/0.png', 'red/wrong-0.png'],
  ] as const) {
    await copyFile(pictures.at(from), pictures.at(to))
  }
  core = await openTestCore(pictures.folder, { importFirst: true })
  onTestFinished(() => core.close())
})

/** Weights that know nothing: what they see tells red from green. */
async function takeRandomBackbone(): Promise<void> {
  const file = join(pictures.folder, '.athanor', 'random.safetensors')
  await writeBackboneFile(file)
  await core.client.backbones.add({ file, name: 'resnet18-imagenet' })
}

async function check(thorough = false): Promise<{ events: CheckEvent[]; summary: CheckSummary }> {
  const events: CheckEvent[] = []
  for await (const event of core.client.labels.check({ projectId: core.projectId, thorough })) events.push(event)
  const last = events.at(-1)
  if (last?.kind !== 'finished') throw new Error('a check ends with its summary')
  return { events, summary: last.summary }
}

async function doubted() {
  const { client, projectId } = core
  const query = { filter: { doubted: true }, sort: 'doubt' } as const
  const { imageIds } = await client.catalog.order({ projectId, query })
  return client.catalog.getMany({ projectId, imageIds })
}

test('wrong labels and contradicting copies are found, kept, and gone once they are put right', async () => {
  await takeRandomBackbone()
  const { client, projectId } = core
  expect(await client.labels.lastCheck({ projectId })).toBeNull()
  const classes = await client.labels.classes({ projectId })
  const idOf = (name: string) => classes.find((one) => one.name === name)?.id ?? classes[0]?.id
  const [red, green] = [idOf('red'), idOf('green')]
  if (red === undefined || green === undefined) throw new Error('the folders are classes')
  await client.labels.assign({ projectId, images: { paths: ['red/1.png'] }, classId: green })
  await client.labels.assign({ projectId, images: { paths: ['green/1.png'] }, classId: red })

  const { events, summary } = await check()
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['seeing', 'comparing', 'finished']))
  // Six labels are wrong or contradicted; of the copies, which of the two is found likelier is open.
  expect(summary.agreed).toBeGreaterThanOrEqual(42)
  expect(summary.agreed).toBeLessThanOrEqual(44)
  expect(summary).toMatchObject({ checked: 46, unchecked: 0, doubted: { 'copy-differs': 4, 'looks-like-another': 2 } })
  expect(await client.labels.lastCheck({ projectId })).toEqual(summary)
  const found = await doubted()
  const reasonOf = (path: string) => found.find((image) => image.path === path)?.doubt?.reason ?? null
  expect(['green/wrong-0.png', 'red/wrong-0.png', 'red/0.png'].map(reasonOf)).toEqual([
    'copy-differs',
    'copy-differs',
    'copy-differs',
  ])
  expect(['red/1.png', 'green/1.png', 'red/2.png'].map(reasonOf)).toEqual([
    'looks-like-another',
    'looks-like-another',
    null,
  ])
  const moved = found.find(({ path }) => path === 'red/1.png')
  expect(moved?.doubt).toMatchObject({ likelyClassId: red, otherImageId: null })
  expect((await client.catalog.counts({ projectId })).doubted).toBe(6)

  // Put right: it is not doubted any more, and neither is the copy that it contradicted.
  await client.labels.assign({ projectId, images: { paths: ['red/1.png'] }, classId: red })
  await client.labels.assign({ projectId, images: { paths: ['green/wrong-0.png'] }, classId: red })
  // Called right: it is left in peace.
  await client.labels.confirm({ projectId, images: { paths: ['green/1.png'] } })
  expect((await doubted()).map(({ path }) => path).toSorted()).toEqual(['green/0.png', 'red/wrong-0.png'])
  expect(await client.labels.lastCheck({ projectId })).toMatchObject({ checked: 46, unchecked: 2 })
  await client.labels.undo({ projectId })
  expect((await doubted()).map(({ path }) => path)).toContain('green/1.png')

  // The features are known now: nothing is read again, and the same labels are judged the same.
  const again = await check()
  expect(again.summary.doubted).toMatchObject({ 'copy-differs': 2 })
  expect(again.events.filter(({ kind }) => kind === 'seeing')).toHaveLength(1)
})

test('a thorough check also listens to a network that learns the labels', async () => {
  await takeRandomBackbone()
  const { client, projectId } = core
  const classes = await client.labels.classes({ projectId })
  const green = classes.find(({ name }) => name === 'green')?.id ?? null
  const others = Array.from({ length: 8 }, (_, at) => [`red/${at + 14}.png`, `green/${at + 14}.png`]).flat()
  await client.labels.assign({ projectId, images: { paths: others }, classId: null })
  await client.labels.assign({ projectId, images: { paths: ['red/1.png'] }, classId: green })
  const { summary: usual } = await check()
  const { events, summary } = await check(true)
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['seeing', 'comparing', 'learning', 'finished']))
  expect(usual.thorough).toBe(false)
  // What the fits say that never saw an image is the same as ever.
  expect(summary).toMatchObject({ thorough: true, checked: 30, agreed: usual.agreed })
  expect(await client.labels.lastCheck({ projectId })).toEqual(summary)
  const found = await doubted()
  const wrong = found.find(({ path }) => path === 'red/1.png')?.doubt
  expect(wrong?.reason).toBe('looks-like-another')
  // What was learnt from all other images outweighs the label that was given.
  expect(wrong?.likelyProbability).toBeGreaterThan(0.6)
  expect(found.map(({ path }) => path)).not.toContain('red/2.png')

  // Left while it learns: what the check before found stays.
  const leaving = new AbortController()
  await expect(async () => {
    const events = client.labels.check({ projectId, thorough: true }, { signal: leaving.signal })
    for await (const { kind } of events) if (kind === 'learning') leaving.abort()
  }).rejects.toThrow()
  expect(await client.labels.lastCheck({ projectId })).toEqual(summary)
})

test('a check that is left keeps nothing, and two at once are one too many', async () => {
  await takeRandomBackbone()
  const { client, projectId } = core
  const leaving = new AbortController()
  const first = client.labels.check({ projectId }, { signal: leaving.signal })[Symbol.asyncIterator]()
  await first.next()
  await expect(check()).rejects.toMatchObject({ code: 'conflict' })
  leaving.abort()
  await expect(first.next()).rejects.toThrow()
  expect(await client.labels.lastCheck({ projectId })).toBeNull()
  await expect
    .poll(
      () =>
        check().then(
          ({ summary }) => summary.checked,
          () => 0,
        ),
      { timeout: 60_000 },
    )
    .toBe(46)
})

test('without two classes there is nothing to compare', async () => {
  const { client, projectId } = core
  const [first] = await client.labels.classes({ projectId })
  await client.labels.assign({ projectId, images: { filter: { classId: 'labelled' } }, classId: first?.id ?? null })
  await expect(check()).rejects.toMatchObject({ code: 'not-enough-data' })
})
