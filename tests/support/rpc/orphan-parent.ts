import { join } from 'node:path'
import { openImaging } from '../../../src/main/core/processes/open-process.ts'

/** Opens a child, starts a stream of it, says its process id and waits to be killed. */
const child = join(import.meta.dirname, 'imaging-child.ts')
const host = {
  nodeFile: process.execPath,
  entries: { imaging: child, trainer: child },
  storeFolder: '',
  shippedFolder: '',
  now: Date.now,
  log: () => undefined,
}
const { client } = openImaging(host)
const [, , folder = ''] = process.argv
for await (const _ of client.drawSamples({ folder, perClass: 2, sidePx: 32, seed: 0 })) {
  const answer = await client.examine({ file: 'pid', thumbnailPx: 16 })
  if (answer.state === 'unreadable') process.stdout.write(`${answer.message}\n`)
}
