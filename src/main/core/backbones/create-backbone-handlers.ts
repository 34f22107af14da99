import type { backbones, FetchableBackbone } from '../../../shared/contract/backbones.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext } from '../core-context.ts'
import { addBackbone } from './add-backbone.ts'
import { fetchableBackbones, findFetchable } from './fetchable-backbones.ts'
import { fetchBackbone } from './fetch-backbone.ts'
import { listBackbones } from './list-backbones.ts'

/** `fetchable` is what can be downloaded; tests give their own. */
export function createBackboneHandlers(
  { host, folders }: Pick<CoreContext, 'host' | 'folders'>,
  fetchable: readonly FetchableBackbone[] = fetchableBackbones,
): ServiceHandlers<typeof backbones> {
  return {
    list: async () => ({
      folder: host.storeFolder,
      installed: await listBackbones(host),
      fetchable: [...fetchable],
    }),
    add: async (input, { signal }) => {
      const file = await folders.resolveBelowRoots(input.file)
      return addBackbone(host, { ...input, file, origin: null }, signal)
    },
    fetch: ({ name }, { signal }) => fetchBackbone(host, findFetchable(name, fetchable), signal),
  }
}
