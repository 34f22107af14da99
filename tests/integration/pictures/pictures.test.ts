import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Core } from '../../../src/main/core/create-core.ts'
import { createCore } from '../../../src/main/core/create-core.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { type PictureRequest, pictureAddress, uploadAddress } from '../../../src/shared/contract/picture-address.ts'
import { coreContract } from '../../../src/shared/contract/index.ts'
import { ImageId, ProjectId, RunId, UploadId } from '../../../src/shared/domain/ids.ts'
import type { Image } from '../../../src/shared/domain/image.ts'
import { createClient } from '../../../src/shared/rpc/client.ts'
import { createMemoryChannels } from '../../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../../src/shared/rpc/server.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'

let folder: string
let core: Core
let projectId: ProjectId
let images: readonly Image[]

async function openCatalog(): Promise<void> {
  core = createCore(createNodeHost())
  const [near, far] = createMemoryChannels()
  serve(coreContract, core.handlers, far)
  const client = createClient(coreContract, near)
  const opened = await client.project.open({ imageFolder: folder })
  projectId = opened.id
  for await (const _ of client.catalog.import({ projectId })) continue
  images = (await client.catalog.list({ projectId })).images
}

beforeEach(async () => {
  folder = join(temporaryFolder(memoryDisk), 'images')
  mkdirSync(folder)
  const plain = sharp({ create: { width: 600, height: 300, channels: 3, background: '#c96432' } })
  writeFileSync(join(folder, 'a.png'), await plain.clone().png().toBuffer())
  // Stored lying, shown upright: its left half is red.
  const turned = plain
    .clone()
    .composite([
      { input: { create: { width: 300, height: 300, channels: 3, background: '#ff0000' } }, left: 0, top: 0 },
    ])
  writeFileSync(join(folder, 'b.jpg'), await turned.withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer())
  writeFileSync(
    join(folder, 'c.png'),
    await sharp({ create: { width: 3000, height: 1200, channels: 3, background: '#123456' } })
      .png()
      .toBuffer(),
  )
  await openCatalog()
})
afterEach(() => core.close())

function imageAt(path: string): { imageId: ImageId; contentHash: string } {
  const image = images.find((candidate) => candidate.path === path)
  if (image?.contentHash == null) throw new Error(`${path} was not imported`)
  return { imageId: image.id, contentHash: image.contentHash }
}

async function ask(path: string, method = 'GET', body: Uint8Array = new Uint8Array()) {
  const answer = await core.pictures.answer({
    method,
    path,
    readBody: async (bytesMax) => (body.length > bytesMax ? null : body),
  })
  return answer === undefined ? undefined : { ...answer, text: new TextDecoder().decode(answer.body) }
}

const get = (request: PictureRequest) => ask(pictureAddress(request))
const post = async (bytes: Uint8Array) => {
  const answer = await ask(uploadAddress(projectId), 'POST', bytes)
  return { status: answer?.status, answer: JSON.parse(answer?.text ?? '{}') as Record<string, unknown> }
}

async function sizeOf(body: Uint8Array | undefined) {
  const { format, width, height } = await sharp(body).metadata()
  return { format, width, height }
}

test('a thumbnail, a view and the whole picture, upright and for ever', async () => {
  const at = { projectId, ...imageAt('b.jpg') }
  const [thumbnail, view, full] = await Promise.all([
    get({ kind: 'thumbnail', ...at }),
    get({ kind: 'view', ...at }),
    get({ kind: 'full', ...at }),
  ])
  expect(await sizeOf(thumbnail?.body)).toEqual({ format: 'webp', width: 128, height: 256 })
  expect(await sizeOf(view?.body)).toEqual({ format: 'webp', width: 300, height: 600 })
  expect(await sizeOf(full?.body)).toEqual({ format: 'webp', width: 300, height: 600 })
  for (const answer of [thumbnail, view, full]) {
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'image/webp',
        'cache-control': 'private, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining('sandbox') as string,
      },
    })
  }
  const { data } = await sharp(view?.body).raw().toBuffer({ resolveWithObject: true })
  const colourAt = (x: number, y: number) => [...data.subarray((y * 300 + x) * 3, (y * 300 + x) * 3 + 3)]
  const [red, , blue] = colourAt(150, 100)
  expect([red, blue]).toEqual([expect.closeTo(255, -1), expect.closeTo(0, -1)])
  expect(colourAt(150, 500)[1]).toBeGreaterThan(80)
})

test('a view is at most 2048 pixels, the whole picture has its own size', async () => {
  const at = { projectId, ...imageAt('c.png') }
  expect(await sizeOf((await get({ kind: 'view', ...at }))?.body)).toEqual({ format: 'webp', width: 2048, height: 819 })
  expect(await sizeOf((await get({ kind: 'full', ...at }))?.body)).toEqual({
    format: 'webp',
    width: 3000,
    height: 1200,
  })
})

test('a thumbnail that is missing is drawn and kept; a damaged store costs nothing', async () => {
  const file = join(folder, '.athanor', 'thumbnails.sqlite')
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  const at = { kind: 'thumbnail', projectId, ...imageAt('a.png') } as const
  expect(await sizeOf((await get(at))?.body)).toEqual({ format: 'webp', width: 256, height: 128 })
  await core.close()
  // Kept: it is found again without its file.
  renameSync(join(folder, 'a.png'), join(folder, 'gone.png'))
  core = createCore(createNodeHost())
  await core.handlers.project.open(
    { imageFolder: folder, projectFolder: null, create: false },
    { signal: new AbortController().signal },
  )
  expect((await get(at))?.status).toBe(404)
  renameSync(join(folder, 'gone.png'), join(folder, 'a.png'))
  writeFileSync(join(folder, 'a.png'), 'no picture any more, but the thumbnail is that of the content')
  expect((await get(at))?.status).toBe(200)
  await core.close()
  for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  writeFileSync(file, 'SQLite format 3\0 and then nonsense'.repeat(500))
  await openCatalog()
  const other = { kind: 'thumbnail', projectId, ...imageAt('c.png') } as const
  expect((await get(other))?.status).toBe(200)
})

test('a file that changed since its import is not shown under its old content', async () => {
  const at = { projectId, ...imageAt('a.png') }
  renameSync(join(folder, 'c.png'), join(folder, 'a.png'))
  expect(await get({ kind: 'view', ...at })).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } })
})

describe('what is no picture of an open project', () => {
  test.each<[string, () => string]>([
    [
      'another content',
      () => pictureAddress({ kind: 'view', projectId, ...imageAt('a.png'), contentHash: 'a'.repeat(64) }),
    ],
    [
      'the content of another image',
      () =>
        pictureAddress({
          kind: 'thumbnail',
          projectId,
          imageId: imageAt('a.png').imageId,
          contentHash: imageAt('b.jpg').contentHash,
        }),
    ],
    [
      'an absent image',
      () => pictureAddress({ kind: 'view', projectId, ...imageAt('a.png'), imageId: ImageId.parse(999) }),
    ],
    [
      'a project that is not open',
      () =>
        pictureAddress({
          kind: 'view',
          projectId: ProjectId.parse('00000000-0000-4000-8000-000000000000'),
          ...imageAt('a.png'),
        }),
    ],
    ['an absent epoch', () => pictureAddress({ kind: 'seen', projectId, runId: RunId.parse('run-1'), epoch: 3 })],
    [
      'an unknown upload',
      () =>
        pictureAddress({ kind: 'upload', projectId, uploadId: UploadId.parse('00000000-0000-4000-8000-000000000000') }),
    ],
  ])('%s is not found', async (_, path) => {
    expect(await ask(path())).toMatchObject({ status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  })

  test.each<[string, () => string]>([
    ['a path', () => `/pictures/${projectId}/view/${encodeURIComponent('a.png')}`],
    ['dots', () => `/pictures/${projectId}/view/../../../../etc/passwd`],
    ['no hash', () => `/pictures/${projectId}/view/1`],
    ['more than an address', () => `${pictureAddress({ kind: 'view', projectId, ...imageAt('a.png') })}/x`],
    ['another beginning', () => `x${pictureAddress({ kind: 'view', projectId, ...imageAt('a.png') })}`],
    [
      'an unknown kind',
      () => pictureAddress({ kind: 'view', projectId, ...imageAt('a.png') }).replace('/view/', '/raw/'),
    ],
    ['an epoch that is no number', () => `/pictures/${projectId}/seen/run-1/..%2f`],
    ['a run that is no run', () => `/pictures/${projectId}/seen/..%2f..%2frun-1/1`],
  ])('%s is no address at all', async (_, path) => {
    expect(await ask(path())).toBeUndefined()
  })

  test('another method is refused', async () => {
    expect((await ask(pictureAddress({ kind: 'view', projectId, ...imageAt('a.png') }), 'POST'))?.status).toBe(405)
    expect((await ask(uploadAddress(projectId)))?.status).toBe(405)
  })

  test('a link that leads out of the folder is not followed', async () => {
    const at = { projectId, ...imageAt('a.png') }
    renameSync(join(folder, 'a.png'), join(folder, '..', 'a.png'))
    symlinkSync(join(folder, '..', 'a.png'), join(folder, 'a.png'))
    expect((await get({ kind: 'view', ...at }))?.status).toBe(404)
  })
})

test('what the network saw is read from its run, but no link in its place', async () => {
  const seen = join(folder, '.athanor', 'runs', 'run-1', 'seen')
  mkdirSync(seen, { recursive: true })
  const strip = await sharp({ create: { width: 64, height: 8, channels: 3, background: '#fff' } })
    .webp()
    .toBuffer()
  writeFileSync(join(seen, '2.webp'), strip)
  symlinkSync(join(folder, 'a.png'), join(seen, '3.webp'))
  const runId = RunId.parse('run-1')
  const answer = await get({ kind: 'seen', projectId, runId, epoch: 2 })
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'private, no-cache' } })
  expect(Buffer.from(answer?.body ?? []).equals(strip)).toBe(true)
  expect((await get({ kind: 'seen', projectId, runId, epoch: 3 }))?.status).toBe(404)
})

describe('an upload', () => {
  const picture = () =>
    sharp({ create: { width: 90, height: 60, channels: 3, background: '#0a0' } })
      .jpeg()
      .toBuffer()

  test('is shown, belongs to its project, and is gone when core closes', async () => {
    const { status, answer } = await post(await picture())
    expect(status).toBe(200)
    const uploadId = UploadId.parse(answer['uploadId'])
    const shown = await get({ kind: 'upload', projectId, uploadId })
    expect(await sizeOf(shown?.body)).toEqual({ format: 'webp', width: 90, height: 60 })
  })

  test.each<[string, () => Promise<Uint8Array>, number, string]>([
    ['nothing', async () => new Uint8Array(), 422, 'empty'],
    ['text', async () => new TextEncoder().encode('hello'), 422, 'not a picture'],
    [
      'a drawing language',
      async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      422,
      'SVG',
    ],
    ['half a picture', async () => (await picture()).subarray(0, 300), 422, 'picture'],
    ['more than is taken', async () => new Uint8Array(64 * 2 ** 20 + 1), 413, 'larger than 64 MB'],
  ])('%s is refused with a word', async (_, bytes, status, word) => {
    const refused = await post(await bytes())
    expect(refused.status).toBe(status)
    expect(refused.answer).toMatchObject({ error: { message: expect.stringContaining(word) as string } })
  })

  test('leaves nothing behind', async () => {
    const temporary = temporaryFolder()
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary
    onTestFinished(() => {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    })
    for (let count = 0; count < 18; count += 1) expect((await post(await picture())).status).toBe(200)
    const [uploads = ''] = readdirSync(temporary)
    expect(readdirSync(join(temporary, uploads))).toHaveLength(16)
    await core.close()
    expect(readdirSync(temporary)).toEqual([])
  })
})
