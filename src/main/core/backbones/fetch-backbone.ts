import { rename, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { BackboneFetchEvent, FetchableBackbone } from '../../../shared/contract/backbones.ts'
import { said } from '../../../shared/said.ts'
import type { Host } from '../host.ts'
import { addBackbone } from './add-backbone.ts'
import { toDiskError } from '../downloads/disk-error.ts'
import { download } from '../downloads/download.ts'

const eventIntervalMs = 100
const otherwise = said`Without a network: get that file by other means and run "athanor backbone add FILE".`

/**
 * Downloads, checks and adds a backbone. What an earlier try left in the store's `downloads` folder is used.
 * Errors: offline, checksum, disk-full, no-permission, cancelled, and those of addBackbone.
 */
export async function* fetchBackbone(
  host: Host,
  backbone: FetchableBackbone,
  signal: AbortSignal,
): AsyncGenerator<BackboneFetchEvent, void> {
  const finished = join(host.storeFolder, 'downloads', backbone.name + extname(new URL(backbone.url).pathname))
  const partial = `${finished}.partial`
  const totalBytes = backbone.sizeBytes
  let nextEventAtMs = 0
  for await (const event of download({ ...backbone, file: partial, otherwise, signal })) {
    if (event.kind === 'checking') yield { kind: 'checking' }
    else if (event.doneBytes === totalBytes || host.now() >= nextEventAtMs) {
      nextEventAtMs = host.now() + eventIntervalMs
      yield { kind: 'downloading', doneBytes: event.doneBytes, totalBytes }
    }
  }
  await rename(partial, finished).catch((thrown: unknown) => {
    throw toDiskError(thrown, finished)
  })
  const origin = { source: backbone.url, licence: backbone.licence }
  const card = await addBackbone(host, { file: finished, name: backbone.name, overwrite: true, origin }, signal)
  await rm(finished, { force: true })
  yield { kind: 'finished', card }
}
