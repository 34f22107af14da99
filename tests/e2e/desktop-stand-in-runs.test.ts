import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import type { CoreContract } from '../../src/shared/contract/index.ts'
import type { ProjectId } from '../../src/shared/domain/ids.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { type StandIn, startStandIn } from '../support/electron/start-stand-in.ts'
import { createPictureFolder, picturePaths } from '../support/picture-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { shortRecipe } from '../support/test-core.ts'

beforeAll(() => ensureBuilt())

const soon = { timeout: 60_000 }

interface Workplace {
  readonly app: StandIn
  readonly client: Client<CoreContract>
  readonly projectId: ProjectId
  readonly startAgain: () => Promise<Workplace>
}

async function openPictures(): Promise<Workplace> {
  const pictures = await createPictureFolder([...picturePaths('cat', 10), ...picturePaths('dog', 10)])
  onTestFinished(() => pictures.remove())
  const storeFolder = temporaryFolder()
  const open = async (): Promise<Workplace> => {
    const app = await startStandIn({ storeFolder })
    onTestFinished(() => app.close())
    const client = await app.connect()
    const { id: projectId } = await client.project.open({ imageFolder: pictures.folder })
    for await (const _ of client.catalog.import({ projectId })) continue
    return { app, client, projectId, startAgain: open }
  }
  return open()
}

test('quitting during a run asks first; the run is left alone, or stopped where it can go on', async () => {
  const { app, client, projectId, startAgain } = await openPictures()
  const { id: runId } = await client.runs.start({
    projectId,
    preset: 'from-scratch',
    overrides: { ...shortRecipe, epochs: 500 },
  })
  for await (const { event } of client.runs.watch({ projectId, runId, afterSeq: 0 })) if (event.kind === 'epoch') break
  await expect.poll(async () => (await app.control.windows())[0]?.progress, soon).toBeGreaterThan(0)

  await app.control.closeWindow()
  await expect.poll(async () => (await app.control.asked()).length, soon).toBe(1)
  expect(await app.control.asked()).toMatchObject([{ kind: 'message', text: 'A run is still going' }])
  expect(await app.control.windows()).toMatchObject([{ isShown: true }])
  expect((await client.runs.get({ projectId, runId })).state).toBe('running')

  await app.control.answer({ buttons: ['Stop the run and quit'] })
  await app.control.click('File > Quit')
  expect(await app.ended).toBe(0)

  const again = await startAgain()
  expect(await again.client.runs.get({ projectId, runId })).toMatchObject({ result: { resumable: true } })
})

test('the end of a run is told to a person who looks at something else, and the progress goes away', async () => {
  const { app, client, projectId } = await openPictures()
  await app.control.blur()
  const { id: runId } = await client.runs.start({ projectId, preset: 'from-scratch', overrides: shortRecipe })
  for await (const _ of client.runs.watch({ projectId, runId, afterSeq: 0 })) continue
  await expect.poll(async () => (await app.control.notifications()).length, soon).toBe(1)
  expect((await app.control.notifications())[0]?.title).toBe('The run is done')
  await expect.poll(async () => (await app.control.windows())[0]?.progress, soon).toBe(-1)
  await app.control.clickNotification()
  expect(await app.control.isFocused()).toBe(true)
})
