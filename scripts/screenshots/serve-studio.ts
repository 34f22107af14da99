import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createCore } from '../../src/main/core/create-core.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { startServer } from '../../src/main/server/start-server.ts'
import { coreContract, type CoreContract } from '../../src/shared/contract/index.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { createMemoryChannels } from '../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../src/shared/rpc/server.ts'

export interface ServedStudio {
  /** Holds the token: it opens the studio once. */
  readonly url: string
  /** The same core as the pages see. */
  readonly client: Client<CoreContract>
  /** The only folder that the pages may look into. */
  readonly picturesFolder: string
  close(): Promise<void>
}

/** Browser mode with the built page, and with everything that it keeps below one folder. */
export async function serveStudio(base: string): Promise<ServedStudio> {
  const picturesFolder = join(base, 'Pictures')
  await mkdir(picturesFolder)
  const log = (line: string) => console.error(line)
  process.env['ATHANOR_HOME'] = join(base, 'store')
  const core = createCore(createNodeHost({ log, shell: { kind: 'browser', roots: () => [picturesFolder] } }))
  const pageFolder = join(import.meta.dirname, '../../out/renderer')
  const { handlers, pictures } = core
  const server = await startServer({ handlers, pictures, pageFolder, port: 0, log })
  const [near, far] = createMemoryChannels()
  serve(coreContract, handlers, far)
  return {
    url: server.url,
    client: createClient(coreContract, near),
    picturesFolder,
    close: async () => {
      near.close()
      await server.close()
      await core.close()
    },
  }
}
