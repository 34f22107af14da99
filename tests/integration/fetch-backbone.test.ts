import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBackboneHandlers } from '../../src/main/core/backbones/create-backbone-handlers.ts'
import { createFolderAccess } from '../../src/main/core/shell/folder-access.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import type { BackboneFetchEvent, FetchableBackbone } from '../../src/shared/contract/backbones.ts'
import { writeBackboneFile } from '../support/backbone-file.ts'
import { createPictureFolder, type PictureFolder } from '../support/picture-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let source: PictureFolder
let server: Server
let offered: FetchableBackbone

beforeAll(async () => {
  source = await createPictureFolder([])
  const file = source.at('weights.safetensors')
  await writeBackboneFile(file)
  server = createServer((_request, response) => void createReadStream(file).pipe(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  offered = {
    name: 'offered',
    description: 'for the test',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.safetensors`,
    architecture: 'resnet18',
    sizeBytes: (await stat(file)).size,
    sha256: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    licence: 'BSD-3-Clause',
  }
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await source.remove()
})

function open(fetchable: FetchableBackbone) {
  const folder = temporaryFolder()
  // Nothing comes with this Athanor.
  const host = { ...createNodeHost(), storeFolder: join(folder, 'store'), shippedFolder: join(folder, 'shipped') }
  return {
    host,
    handlers: createBackboneHandlers({ host, folders: createFolderAccess(host, { entries: () => [] }) }, [fetchable]),
  }
}

const context = () => ({ signal: new AbortController().signal })

test('what is fetched is checked, read in a process of its own, and listed with where it came from', async () => {
  const { host, handlers } = open(offered)
  const events: BackboneFetchEvent[] = []
  for await (const event of handlers.fetch({ name: 'offered' }, context())) events.push(event)
  expect(events[0]).toEqual({ kind: 'downloading', doneBytes: 0, totalBytes: offered.sizeBytes })
  const [checking, finished] = events.slice(-2)
  expect(checking).toEqual({ kind: 'checking' })
  const card = { name: 'offered', architecture: 'resnet18', source: offered.url, licence: 'BSD-3-Clause' }
  expect(finished).toMatchObject({ kind: 'finished', card: { ...card, sourceSha256: offered.sha256 } })
  expect((await handlers.list({}, context())).installed).toMatchObject([card])
  expect((await readdir(host.storeFolder)).toSorted()).toEqual(['downloads', 'offered.json', 'offered.safetensors'])
  expect(await readdir(join(host.storeFolder, 'downloads'))).toEqual([])
})

test('what is not the pinned file never gets into the store', async () => {
  const { host, handlers } = open({ ...offered, sha256: createHash('sha256').update('other').digest('hex') })
  const fetching = async () => {
    for await (const _ of handlers.fetch({ name: 'offered' }, context())) continue
  }
  await expect(fetching()).rejects.toMatchObject({ code: 'checksum' })
  expect((await handlers.list({}, context())).installed).toEqual([])
  expect(await readdir(host.storeFolder)).toEqual(['downloads'])
})
