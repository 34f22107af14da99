import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { openImaging } from '../../../src/main/core/processes/open-process.ts'

/** A real imaging process, run from the sources; close it. */
export function startImaging(): ReturnType<typeof openImaging> {
  return openImaging(createNodeHost())
}
