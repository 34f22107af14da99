import { join } from 'node:path'
import { openCore } from '../../src/main/cli/open-core.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import type { CoreContract } from '../../src/shared/contract/index.ts'
import type { ProjectId, RunId } from '../../src/shared/domain/ids.ts'
import type { Preset, RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import type { Run, RunEvent, RunState } from '../../src/shared/domain/run.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'

/** Core as the command line has it, with one project open. */
export interface TestCore {
  readonly client: Client<CoreContract>
  readonly projectId: ProjectId
  readonly start: (preset: Preset, overrides: RecipeOverrides) => Promise<Run>
  readonly resume: (runId: RunId) => Promise<Run>
  readonly stop: (runId: RunId) => Promise<Run>
  readonly get: (runId: RunId) => Promise<Run>
  readonly watch: (runId: RunId, afterSeq?: number) => AsyncIterable<RunEvent>
  /** Waits for the end of the run. */
  readonly follow: (runId: RunId, afterSeq?: number) => Promise<RunEvent[]>
  /** Waits for the first event of a kind, or for a state. */
  readonly reach: (runId: RunId, what: RunState | RunEvent['event']['kind']) => Promise<void>
  readonly close: () => Promise<void>
}

/** Small and short: a run takes seconds, none of them for measuring how many images fit into the memory. */
export const shortRecipe: RecipeOverrides = {
  ...{ backbone: null, inputSizePx: 32, epochs: 2, batchSize: 6, microBatchSize: 6 },
  ...{ threads: 1, device: 'wasm', checkpointSeconds: 0 },
}

export interface TestCoreOptions {
  readonly importFirst?: boolean
  /** A program in the place of the trainer. */
  readonly trainerFile?: string
  /** Another clock than that of the machine. */
  readonly now?: () => number
}

export async function openTestCore(imageFolder: string, options: TestCoreOptions = {}): Promise<TestCore> {
  const { importFirst = false, trainerFile, now = Date.now } = options
  // Not the store of whoever runs the tests.
  process.env['ATHANOR_HOME'] = join(imageFolder, '.athanor', 'store')
  const host = createNodeHost()
  const entries = trainerFile === undefined ? host.entries : { ...host.entries, trainer: trainerFile }
  const core = openCore(() => undefined, { ...host, entries, now })
  const { client } = core
  const { project, catalog, runs } = client
  const { id: projectId } = await project.open({ imageFolder })
  if (importFirst) for await (const _ of catalog.import({ projectId })) continue
  const watch = (runId: RunId, afterSeq = 0) => runs.watch({ projectId, runId, afterSeq })
  return {
    ...{ client, projectId, watch },
    close: () => core.close(),
    start: (preset, overrides) => runs.start({ projectId, preset, overrides }),
    resume: (runId) => runs.resume({ projectId, runId }),
    stop: (runId) => runs.stop({ projectId, runId }),
    get: (runId) => runs.get({ projectId, runId }),
    follow: async (runId, afterSeq = 0) => {
      const events: RunEvent[] = []
      for await (const event of watch(runId, afterSeq)) events.push(event)
      return events
    },
    reach: async (runId, what) => {
      for await (const { event } of watch(runId)) {
        if (event.kind === what || (event.kind === 'state' && event.state === what)) return
      }
    },
  }
}
