import { onTestFinished } from 'vitest'
import { createCore } from '../../src/main/core/create-core.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { type CoreContract, coreContract } from '../../src/shared/contract/index.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { createMemoryChannels } from '../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../src/shared/rpc/server.ts'
import { memoryDisk, temporaryFolder } from './temporary-folder.ts'

export interface Window {
  readonly client: Client<CoreContract>
  /** As reloading the page does it; resolves when core has let go of it. */
  leave(): Promise<void>
}

/** Opens windows on one core, each over a channel of its own. Closed when the test has ended. */
export function openWindows(): () => Window {
  const host = createNodeHost({ log: () => undefined })
  const core = createCore({ ...host, storeFolder: temporaryFolder(memoryDisk) })
  const windows: Window[] = []
  onTestFinished(async () => {
    await Promise.all(windows.map((window) => window.leave()))
    await core.close()
  })
  return () => {
    const [near, far] = createMemoryChannels()
    const { ended } = serve(coreContract, core.handlers, far)
    const window = {
      client: createClient(coreContract, near),
      leave: async () => {
        near.close()
        await ended
      },
    }
    windows.push(window)
    return window
  }
}
