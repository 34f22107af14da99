import { coreContract, type CoreContract } from '../../shared/contract/index.ts'
import { createClient } from '../../shared/rpc/client.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import { createMemoryChannels } from '../../shared/rpc/memory-channel.ts'
import { serve } from '../../shared/rpc/server.ts'
import { createCore } from '../core/create-core.ts'
import type { Host } from '../core/host.ts'
import { createNodeHost } from '../core/processes/node-host.ts'

export interface OpenCore {
  readonly client: Client<CoreContract>
  /** Ends what is under way, then closes the catalogs. */
  close(): Promise<void>
}

/** Core in this process, behind the same contract that a window uses. */
export function openCore(log: (line: string) => void, host: Host = createNodeHost({ log })): OpenCore {
  const core = createCore(host)
  const [near, far] = createMemoryChannels()
  const { ended } = serve(coreContract, core.handlers, far, {
    onUnexpected: (error) => log(error.cause instanceof Error ? (error.cause.stack ?? error.message) : error.message),
  })
  return {
    client: createClient(coreContract, near),
    close: async () => {
      near.close()
      await ended
      await core.close()
    },
  }
}
