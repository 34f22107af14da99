import { onTestFinished } from 'vitest'
import { createCore } from '../../src/main/core/create-core.ts'
import type { HostShell } from '../../src/main/core/host.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { coreContract, type CoreContract } from '../../src/shared/contract/index.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { createMemoryChannels } from '../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../src/shared/rpc/server.ts'

/** Core behind its contract as a page has it, in a host with the shell that is given; closed when the test has ended. */
export function openShellCore(shell: HostShell, storeFolder: string, now?: () => number): Client<CoreContract> {
  const host = createNodeHost({ shell })
  const core = createCore({ ...host, storeFolder, ...(now === undefined ? {} : { now }) })
  const [near, far] = createMemoryChannels()
  serve(coreContract, core.handlers, far)
  onTestFinished(async () => {
    near.close()
    await core.close()
  })
  return createClient(coreContract, near)
}
